"""Pages of signing in, setting up, confirming again, and of the operators themselves."""

from urllib.parse import quote

from flask import Blueprint, Response, abort, make_response, render_template, request

from carrel import security_events
from carrel.http import cookies, link_cookie
from carrel.http.redirects import see_other
from carrel.mail.addresses import InvalidAddressError
from carrel.security_events import Event, Outcome
from carrel.services import services
from website.admin.flash import done
from website.admin.guard import (
    NotProvenError,
    current_operator,
    needs,
    open_to_all,
    required_session,
    return_path,
)
from website.admin.operator_pages import pages
from website.admin.operators import audit, codes, factors, passwords, sessions, staff
from website.admin.operators.models import Operator
from website.admin.operators.roles import DESCRIPTIONS, Need, Role
from website.admin.operators.sign_in import SignInFailedError, authenticate, prove_again

blueprint = Blueprint("operators", __name__)
WRONG = (
    "The address, password, or code is incorrect. Each code works once: wait for the next one and try again."
)
WRONG_CODE = "That code is incorrect or was already used. Wait for the next one and try again."
CHANGED = {"sign-out": "is signed out everywhere", "remove": "is no longer an operator"}
REFUSALS = (
    InvalidAddressError,
    staff.AlreadyOperatorError,
    staff.OperatorNotFoundError,
    staff.LastOwnerError,
)
Answer = Response | tuple[str, int] | str


@blueprint.get("/sign-in")
@open_to_all
def sign_in_page() -> str:
    """The form: address, password and code together."""
    return pages.sign_in_page({})


@blueprint.post("/sign-in")
@open_to_all
def sign_in() -> Answer:
    """Sign in, or say that something of the three is wrong."""
    form = request.form
    email = form.get("email", "")
    try:
        token = authenticate(
            services(), email, form.get("password", ""), form.get("code", ""), pages.source()
        )
    except SignInFailedError:
        return pages.sign_in_page({"": WRONG}, email), 403
    return pages.welcome(token)


@blueprint.post("/sign-out")
@needs(Need.LOOK)
def sign_out() -> Response:
    """End this session."""
    here = required_session()
    with services().db.write() as session:
        sessions.end(session, here.id, here.operator_id)
        audit.record(session, here.operator, "operator.sign_out")
    response = see_other("/admin/sign-in")
    cookies.OPERATOR.clear(response)
    return response


@blueprint.get("/again")
@needs(Need.LOOK)
def again_page() -> str:
    """Ask for another code, before a sensitive action."""
    return pages.again_page({})


@blueprint.post("/again")
@needs(Need.LOOK)
def again() -> Answer:
    """Take the code."""
    try:
        prove_again(services(), required_session(), request.form.get("code", ""))
    except SignInFailedError:
        return pages.again_page({"code": WRONG_CODE}), 403
    return pages.continue_request()


@blueprint.app_errorhandler(NotProvenError)
def prove_first(_failure: NotProvenError) -> Answer:
    """Ask for confirmation before a sensitive action; what was typed waits meanwhile."""
    if pages.can_resume():
        return pages.again_page({}, request.script_root + request.path, return_path()), 403
    return see_other(f"/admin/again?next={quote(return_path())}")


@blueprint.get("/set-up/<token>")
@open_to_all
def open_set_up(token: str) -> Answer:
    """The link that was handed over: on to the page without its token."""
    page = _set_up_form(token, {})
    return link_cookie.moved(cookies.SET_UP_LINK, token, "/admin/set-up/link") or page


@blueprint.get("/set-up/link")
@open_to_all
def set_up_page() -> Answer:
    """Choose a password, and take the site into one's authenticator app."""
    return _set_up_form(link_cookie.kept(cookies.SET_UP_LINK), {})


@blueprint.post("/set-up/link")
@open_to_all
def set_up_kept() -> Answer:
    """Finish with the link that this browser holds, if it is the one that the page was shown for."""
    token = link_cookie.kept(cookies.SET_UP_LINK)
    return set_up(token) if link_cookie.is_shown(token) else set_up_page()


@blueprint.post("/set-up/<token>")
@open_to_all
def set_up(token: str) -> Answer:
    """Finish: the recovery codes, shown this once."""
    password, code = request.form.get("password", ""), request.form.get("code", "")
    with services().db.read() as session:
        operator = staff.invited(session, token)
    if errors := _password_errors(operator, password):
        return _set_up_form(token, errors), 422
    hashed = passwords.hash_password(password)  # takes a while: no transaction is open
    try:
        with services().db.write() as session:
            recovery = staff.set_up(session, services().signer, token, hashed, code)
    except staff.WrongCodeError:
        return _set_up_form(token, {"code": WRONG_CODE}), 422
    response = make_response(render_template("operators/recovery.html", codes=recovery, first=True))
    cookies.SET_UP_LINK.clear(response)
    return response


@blueprint.app_errorhandler(staff.InviteUsedError)
def invite_used(_failure: staff.InviteUsedError) -> Answer:
    """Say that the link is of no use any more."""
    security_events.log_event(Event.SETUP_LINK_REFUSED, Outcome.FAILURE)
    return render_template("operators/spent.html"), 404


@blueprint.get("/operators")
@needs(Need.OPERATORS)
def operators() -> str:
    """Who runs the site."""
    return _operators({}, "")


@blueprint.post("/operators")
@needs(Need.OPERATORS, fresh=True)
def add() -> Answer:
    """Invite somebody; the link is shown this once, to be handed over in person."""
    email, role = request.form.get("email", ""), request.form.get("role", "")
    if role not in set(Role):
        return _operators({"role": "Choose a role."}, email), 422
    try:
        with services().db.write() as session:
            token = staff.add(session, email, Role(role), actor=current_operator().email)
    except REFUSALS as refused:
        return _operators({"email": str(refused)}, email), 422
    return _link(email, token)


@blueprint.post("/operators/change")
@needs(Need.OPERATORS, fresh=True)
def change() -> Answer:
    """Reset, sign out, remove, or give another role."""
    email, act = request.form.get("email", ""), request.form.get("act", "")
    actor = current_operator().email
    try:
        with services().db.write() as session:
            if act == "reset":
                return _link(email, factors.reset(session, services().settings, email, actor=actor))
            if act == "sign-out":
                staff.sign_out(session, email, actor=actor)
            elif act == "remove":
                staff.remove(session, email, actor=actor)
            elif act in set(Role):
                staff.change_role(session, email, Role(act), actor=actor)
            else:
                abort(400)
    except REFUSALS as refused:
        return _operators({"": str(refused)}, ""), 422
    return done("/admin/operators", f"{email} {CHANGED.get(act, f'is now {act}')}.")


def _operators(errors: dict[str, str], email: str) -> str:
    with services().db.read() as session:
        everybody, signed_in = staff.all_operators(session), sessions.counts(session)
    return render_template(
        "operators/operators.html",
        everybody=everybody,
        signed_in=signed_in,
        roles=DESCRIPTIONS,
        errors=errors,
        email=email,
    )


def _link(email: str, token: str) -> Response:
    url = f"{services().settings.desk_base_url}/admin/set-up/{token}"
    return make_response(render_template("operators/link.html", email=email, url=url))


def _set_up_form(token: str, errors: dict[str, str]) -> str:
    signer = services().signer
    with services().db.read() as session:
        operator = staff.invited(session, token)
    uri = codes.provisioning_uri(signer, operator, services().settings.site_name)
    secret = codes.secrets_of(signer, operator)[0]
    return render_template(
        "operators/set_up.html",
        operator=operator,
        token=token,
        errors=errors,
        qr_code=codes.qr_code(uri),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        shortest=passwords.SHORTEST,
    )


def _password_errors(operator: Operator, password: str) -> dict[str, str]:
    if password != request.form.get("password_again", ""):
        return {"password_again": pages.NOT_THE_SAME}
    try:
        passwords.check_new(password, passwords.context_words(operator.email, services().settings.site_name))
    except passwords.WeakPasswordError as weak:
        return {"password": str(weak)}
    return {}
