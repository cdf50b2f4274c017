"""Signing in and out over HTTP. Opening a page never signs anybody in; pressing its button does (AUTH-02)."""

from flask import Blueprint, Flask, Response, jsonify, make_response, render_template, request

from carrel import security_events
from carrel.accounts import address_routes, current_reader, error_handlers, known_browsers, links, sessions
from carrel.accounts.links import LinkUsedError
from carrel.accounts.models import LinkPurpose
from carrel.accounts.paths import safe_path
from carrel.accounts.sign_in import (
    Browser,
    SignedIn,
    send_sign_in_link,
    sign_in_with_code,
    sign_in_with_link,
)
from carrel.http import cookies, errors, link_cookie, routing, storage_register
from carrel.http.guards import csrf_token
from carrel.http.redirects import see_other
from carrel.mail.addresses import InvalidAddressError, masked, parse
from carrel.mail.outbox import is_delayed
from carrel.security_events import Event, Outcome
from carrel.services import services

blueprint = Blueprint("accounts", __name__, template_folder="templates")
HOME = "/account/"
LINK_USED = errors.ErrorPage(
    "This link or code no longer works",
    "It works once, within ten minutes, and only until a newer one is sent. Request a new one on the sign-in page.",
)


def init_app(app: Flask) -> None:
    """Put signing in on the site."""
    app.url_map.converters["token"] = routing.TokenConverter
    app.register_blueprint(blueprint)
    address_routes.init_app(app)
    error_handlers.init_app(app)
    errors.register(app, LinkUsedError, 410, LINK_USED, Event.READER_LINK_REFUSED)
    storage_register.declare(
        app,
        cookies.SIGN_IN,
        purpose="Recognizes the browser that requested a sign-in email. Set when you request one.",
        lasts="Ten minutes, or until you are signed in",
    )
    storage_register.declare(
        app,
        cookies.KNOWN_BROWSER,
        purpose="Lets you sign in even while the sign-in page is under attack. Set when you sign in; it does not sign you in by itself.",
        lasts=f"{cookies.KNOWN_BROWSER.max_age.days} days, also after you sign out",
    )
    storage_register.declare(
        app,
        cookies.SIGN_IN_LINK,
        purpose="Holds the sign-in link, so that it does not stay in the address bar. Set when you open the link.",
        lasts="Ten minutes, or until you are signed in",
    )


@blueprint.get("/sign-in/")
def sign_in() -> Response:
    """Ask for the address."""
    next_path = safe_path(request.args.get("next"), HOME)
    here = current_reader.reader_session()
    if here and here.reader.email and sessions.may_see_account(here):
        return see_other(next_path)
    return make_response(_form(next_path, {}))


@blueprint.post("/sign-in/")
def send_link() -> Response:
    """Mail the link and the code. The answer is the same for every address."""
    next_path, typed = safe_path(request.form.get("next"), HOME), request.form.get("email", "")
    try:
        return _ask(typed, next_path)
    except InvalidAddressError as error:
        return make_response(_form(next_path, {"email": str(error)}, typed), 400)


@blueprint.get("/sign-in/again")
def again() -> str:
    """Somebody who is signed in proves their address once more, before something that matters."""
    email = current_reader.required().reader.email or ""
    next_path = safe_path(request.args.get("next"), HOME)
    return render_template("accounts/again.html", address=masked(email), next_path=next_path)


@blueprint.post("/sign-in/again")
def send_link_again() -> Response:
    """To the account's own address, whatever the form says."""
    email = current_reader.required().reader.email
    if email is None:
        return see_other(HOME)
    return _ask(email, safe_path(request.form.get("next"), HOME))


@blueprint.get("/sign-in/code")
def code() -> Response:
    """Check your email; or type the code here."""
    return make_response(_code_form({})) if cookies.SIGN_IN.value() else see_other("/sign-in/")


@blueprint.post("/sign-in/code")
def use_code() -> Response:
    """Sign in with the code, in the browser that asked."""
    with services().db.write() as session:
        outcome = sign_in_with_code(
            session, cookies.SIGN_IN.value(), request.form.get("code", ""), _browser()
        )
    if isinstance(outcome, SignedIn):
        return _welcome(outcome)
    if outcome == 0:
        raise LinkUsedError
    tries = "one try" if outcome == 1 else f"{outcome} tries"
    return make_response(
        _code_form({"code": f"That is not the code from the latest email. You have {tries} left."}), 400
    )


@blueprint.get("/sign-in/<token:token>")
def open_link(token: str) -> Response:
    """The link of the mail: on to the page without its token."""
    page = _confirm(token)
    return link_cookie.moved(cookies.SIGN_IN_LINK, token, "/sign-in/link") or page


@blueprint.get("/sign-in/link")
def confirm() -> Response:
    """One button. The page says whether this is the browser that asked."""
    return _confirm(cookies.SIGN_IN_LINK.value())


@blueprint.post("/sign-in/link")
def use_kept_link() -> Response:
    """Sign in with the link that this browser holds, if it is the one that the page was shown for."""
    token = link_cookie.kept(cookies.SIGN_IN_LINK)
    return use_link(token) if link_cookie.is_shown(token) else _confirm(token)


@blueprint.post("/sign-in/<token:token>")
def use_link(token: str) -> Response:
    """Sign in. Another browser than the one that asked must have said that it means to."""
    if not request.form.get("here"):
        with services().db.read() as session:
            link = links.find(session, LinkPurpose.SIGN_IN, token)
        if not links.is_from(link, cookies.SIGN_IN.value()):
            return _confirm(token)
    with services().db.write() as session:
        return _welcome(sign_in_with_link(session, token, _browser()))


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the session, here and in the database."""
    here = current_reader.reader_session()
    if here:
        with services().db.write() as session:
            sessions.end_here(session, here.id)
        security_events.log_event(Event.READER_SIGN_OUT, Outcome.SUCCESS)
    services().audience_cache.drop(cookies.SESSION.value())
    response = see_other("/")
    cookies.SESSION.clear(response)
    return response


@blueprint.get("/me")
def me() -> Response:
    """Who is asking, which a cached page cannot say. Nothing that names a person."""
    return jsonify(
        signed_in=current_reader.reader_session() is not None,
        edition=current_reader.audience(),
        csrf=csrf_token(),
    )


def _confirm(token: str) -> Response:
    here = current_reader.reader_session()
    try:
        with services().db.read() as session:
            link = links.find(session, LinkPurpose.SIGN_IN, token)
    except LinkUsedError:
        if here and here.proven_at:  # the button was pressed, and the address opened again
            return see_other(HOME)
        if not token:
            raise link_cookie.LinkNotKeptError from None
        raise
    brings_a_pass = here is not None and here.reader.email is None and here.reader.ad_free
    same_browser, address = links.is_from(link, cookies.SIGN_IN.value()), masked(link.email)
    return make_response(
        render_template(
            "accounts/confirm.html",
            token=token,
            address=address,
            same_browser=same_browser,
            brings_a_pass=brings_a_pass,
        )
    )


def _ask(typed: str, next_path: str) -> Response:
    address = parse(typed)
    requester = current_reader.requester(address)
    with services().db.write() as session:
        secret = send_sign_in_link(session, services().settings, address, requester, next_path)
    response = see_other("/sign-in/code")
    cookies.SIGN_IN.set(response, secret)
    return response


def _welcome(signed_in: SignedIn) -> Response:
    services().audience_cache.drop(cookies.SESSION.value())
    response = see_other(signed_in.next_path)
    cookies.SESSION.set(response, signed_in.token)
    cookies.SIGN_IN.clear(response)
    cookies.KNOWN_BROWSER.set(response, known_browsers.issue(services().signer, signed_in.email_key))
    cookies.SIGN_IN_LINK.clear(response)
    return response


def _browser() -> Browser:
    return Browser(sessions.browser_name(request.user_agent.string), current_reader.reader_session())


def _form(next_path: str, errors: dict[str, str], typed: str = "") -> str:
    here = current_reader.reader_session()
    return render_template(
        "accounts/sign_in.html",
        next_path=next_path,
        errors=errors,
        typed=typed,
        has_pass=here is not None and here.reader.ad_free,
        delayed=_is_delayed(),
    )


def _code_form(errors: dict[str, str]) -> str:
    return render_template("accounts/code.html", errors=errors, delayed=_is_delayed())


def _is_delayed() -> bool:
    with services().db.read() as session:
        return is_delayed(session)
