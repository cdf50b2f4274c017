"""Signing in and out over HTTP. Opening a page never signs anybody in; pressing its button does (AUTH-02)."""

from flask import Blueprint, Flask, Response, jsonify, make_response, render_template, request
from werkzeug.routing import BaseConverter

from carrel.accounts import (
    address_routes,
    browser_binding_cookie,
    current_reader,
    error_handlers,
    links,
    sessions,
)
from carrel.accounts import sign_in as signin
from carrel.accounts.links import LinkUsedError
from carrel.accounts.models import Purpose
from carrel.accounts.paths import safe_path
from carrel.accounts.sign_in import Browser, SignedIn
from carrel.http import errors, storage_register
from carrel.http.guards import csrf_token
from carrel.http.redirects import see_other
from carrel.http.services import EXTENSION, services
from carrel.http.session_cookie import clear_session_cookie, session_cookie, set_session_cookie
from carrel.mail.addresses import InvalidAddressError, masked, parse
from carrel.mail.outbox import is_delayed

blueprint = Blueprint("accounts", __name__, template_folder="templates")
HOME = "/account/"
USED_UP = errors.ErrorPage(
    "This link or code is used up",
    "It works once and for ten minutes, and a newer mail replaces it. Ask for a new one on the sign-in page.",
)


class TokenConverter(BaseConverter):
    """Only what could be a token of ours: any other path under these addresses does not exist."""

    regex = "[A-Za-z0-9_-]{43}"


def init_app(app: Flask) -> None:
    """Put signing in on the site."""
    app.url_map.converters["token"] = TokenConverter
    app.register_blueprint(blueprint)
    address_routes.init_app(app)
    error_handlers.init_app(app)
    errors.register(app, LinkUsedError, 410, USED_UP)
    storage_register.declare(
        app,
        browser_binding_cookie.name_under(app.extensions[EXTENSION].settings),
        purpose="Knows the browser that asked for a sign-in mail. Set when you ask for one.",
        lasts="Ten minutes, or until you are signed in",
    )


@blueprint.get("/sign-in/")
def sign_in() -> Response:
    """Ask for the address."""
    next_path = safe_path(request.args.get("next"), HOME)
    found = current_reader.session()
    if found and found.reader.email and sessions.may_see_account(found):
        return see_other(next_path)
    return make_response(_form(next_path, {}))


@blueprint.post("/sign-in/")
def send_link() -> Response:
    """Mail the link and the code. The answer is the same for every address."""
    next_path, typed = safe_path(request.form.get("next"), HOME), request.form.get("email", "")
    try:
        return _ask(typed, next_path)
    except InvalidAddressError as wrong:
        return make_response(_form(next_path, {"email": str(wrong)}, typed), 400)


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
    """Check your mail; or type the code here."""
    return make_response(_code_form({})) if browser_binding_cookie.secret() else see_other("/sign-in/")


@blueprint.post("/sign-in/code")
def use_code() -> Response:
    """Sign in with the code, in the browser that asked."""
    with services().db.write() as session:
        outcome = signin.by_code(
            session, browser_binding_cookie.secret(), request.form.get("code", ""), _browser()
        )
    if isinstance(outcome, SignedIn):
        return _welcome(outcome)
    if outcome == 0:
        raise LinkUsedError
    tries = "one try" if outcome == 1 else f"{outcome} tries"
    return make_response(
        _code_form({"code": f"That is not the code of the newest mail. You have {tries} left."}), 400
    )


@blueprint.get("/sign-in/<token:token>")
def confirm(token: str) -> Response:
    """One button. Here it is told whether this is the browser that asked."""
    found = current_reader.session()
    try:
        with services().db.read() as session:
            link = links.look(session, Purpose.SIGN_IN, token)
    except LinkUsedError:
        if found and found.proven_at:  # the button was pressed, and the address opened again
            return see_other(HOME)
        raise
    page = render_template(
        "accounts/confirm.html",
        address=masked(link.email),
        same_browser=links.is_from(link, browser_binding_cookie.secret()),
        brings_a_pass=found is not None and found.reader.email is None and found.reader.ad_free,
    )
    return make_response(page)


@blueprint.post("/sign-in/<token:token>")
def use_link(token: str) -> Response:
    """Sign in. Another browser than the one that asked must have said that it means to."""
    if not request.form.get("here"):
        with services().db.read() as session:
            link = links.look(session, Purpose.SIGN_IN, token)
        if not links.is_from(link, browser_binding_cookie.secret()):
            return confirm(token)
    with services().db.write() as session:
        return _welcome(signin.by_link(session, token, _browser()))


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the session, here and in the database."""
    found = current_reader.session()
    if found:
        with services().db.write() as session:
            sessions.end_here(session, found.id)
    services().verdicts.drop(session_cookie())
    response = see_other("/")
    clear_session_cookie(response)
    return response


@blueprint.get("/me")
def me() -> Response:
    """What a page that is kept for everybody cannot say: who is asking. Nothing that names a person."""
    return jsonify(
        signed_in=current_reader.session() is not None, edition=current_reader.edition(), csrf=csrf_token()
    )


def _ask(typed: str, next_path: str) -> Response:
    address = parse(typed)
    with services().db.write() as session:
        secret = signin.ask(session, services().settings, address, request.remote_addr, next_path)
    response = see_other("/sign-in/code")
    browser_binding_cookie.set_secret(response, secret)
    return response


def _welcome(signed_in: SignedIn) -> Response:
    services().verdicts.drop(session_cookie())
    response = see_other(signed_in.next_path)
    set_session_cookie(response, signed_in.token)
    browser_binding_cookie.clear_secret(response)
    return response


def _browser() -> Browser:
    return Browser(sessions.browser_name(request.user_agent.string), current_reader.session())


def _form(next_path: str, wrong: dict[str, str], typed: str = "") -> str:
    found = current_reader.session()
    return render_template(
        "accounts/sign_in.html",
        next_path=next_path,
        errors=wrong,
        typed=typed,
        has_pass=found is not None and found.reader.ad_free,
        delayed=_is_delayed(),
    )


def _code_form(wrong: dict[str, str]) -> str:
    return render_template("accounts/code.html", errors=wrong, delayed=_is_delayed())


def _is_delayed() -> bool:
    with services().db.read() as session:
        return is_delayed(session)
