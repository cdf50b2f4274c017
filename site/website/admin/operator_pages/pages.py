"""Pages that both ways of signing in show, and what both read of a request."""

from flask import Response, make_response, redirect, render_template, request

from carrel.accounts.browser_names import browser_name
from carrel.http import cookies
from carrel.http.redirects import see_other
from carrel.services import services
from website.admin.guard import admin_path, current_operator, required_session
from website.admin.operators import codes, passkeys, sessions
from website.admin.operators.roles import DESCRIPTIONS, Role
from website.admin.operators.sign_in import SignInSource, device_cookie

NOT_THE_SAME = "The passwords do not match."
PASSWORDS = frozenset({"current_password", "password", "password_again"})
OWN_FIELDS = frozenset(
    {"csrf_token", "code", "credential", "next", "then"}
)  # of the page that asks for proof


def sign_in_page(errors: dict[str, str], email: str = "") -> str:
    """The form: address, password and code together; beside it the passkey."""
    return render_template("operators/sign_in.html", email=email, errors=errors, next=next_path())


def again_page(errors: dict[str, str], then: str = "", back: str = "") -> str:
    """Confirm it's you: a code, or a passkey if there is one.

    `then` is the path to which the form in hand was going: its fields wait in this page, and go there afterwards.
    `back` is the page it came from.
    """
    with services().db.read() as session:
        has_passkey = bool(passkeys.passkeys_of(session, current_operator().id))
    return render_template(
        "operators/again.html",
        errors=errors,
        next=back or next_path(),
        then=then or request.form.get("then", ""),
        carried=[field for field in request.form.items(multi=True) if field[0] not in OWN_FIELDS],
        has_passkey=has_passkey,
        lost_file=any(file.filename for file in request.files.values()),
    )


def can_resume() -> bool:
    """Whether the form in hand can wait in a page: a person sent it, without passwords. A file is asked for again."""
    by_a_person = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    reserved = (OWN_FIELDS | PASSWORDS) - {"csrf_token"}
    return request.method == "POST" and by_a_person and not reserved & request.form.keys()


def continue_request() -> Response:
    """After the confirmation: send the waiting form again (307), or go back."""
    if then := request.form.get("then"):
        return make_response(redirect(admin_path(then), 307))
    return see_other(next_path())


def account_page(errors: dict[str, str]) -> str:
    """One's own account: ways to sign in, and where one is signed in."""
    here = required_session()
    with services().db.read() as session:
        keys = passkeys.passkeys_of(session, here.operator_id)
        recovery = codes.recovery_codes(session, here.operator_id)
        browsers = sessions.of_operator(session, here.operator_id)
    browsers = sorted(browsers, key=lambda browser: browser.id != here.id)  # this one first
    return render_template(
        "operators/me.html",
        words=DESCRIPTIONS[Role(here.operator.role)],
        keys=keys,
        recovery=recovery,
        browsers=browsers,
        this_one=here.id,
        errors=errors,
    )


def next_path() -> str:
    """Where to go afterwards."""
    return admin_path(request.values.get("next"))


def source() -> SignInSource:
    """From where somebody signs in."""
    name = browser_name(request.headers.get("User-Agent", ""))
    return SignInSource(request.remote_addr, name, cookies.KNOWN_OPERATOR.value())


def welcome(token: str) -> Response:
    """Signed in: the session's cookie, and the one by which this browser is known from now on."""
    response = see_other(next_path())
    cookies.OPERATOR.set(response, token)
    with services().db.read() as session:
        started = sessions.find(session, token)
    if started:
        cookies.KNOWN_OPERATOR.set(response, device_cookie(services().signer, started.operator_id))
    return response
