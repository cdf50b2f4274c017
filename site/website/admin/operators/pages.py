"""Pages that both ways of signing in show, and what both read of a request."""

from flask import render_template, request

from carrel.accounts.browser_names import browser_name
from carrel.http.services import services
from website.admin.guard import admin_path, me
from website.admin.operators import passkeys
from website.admin.operators.roles import IN_WORDS, Role
from website.admin.operators.sign_in import Place


def sign_in_page(errors: dict[str, str], email: str = "") -> str:
    """The form: address, password and code together; beside it the passkey."""
    return render_template("operators/sign_in.html", email=email, errors=errors, next=next_path())


def again_page(errors: dict[str, str]) -> str:
    """Is it still you? A code, or a passkey if there is one."""
    with services().db.read() as session:
        has_passkey = bool(passkeys.of(session, me().id))
    return render_template("operators/again.html", errors=errors, next=next_path(), has_passkey=has_passkey)


def account_page(errors: dict[str, str]) -> str:
    """One's own account: ways to sign in, other browsers."""
    with services().db.read() as session:
        keys = passkeys.of(session, me().id)
    return render_template("operators/me.html", words=IN_WORDS[Role(me().role)], keys=keys, errors=errors)


def next_path() -> str:
    """Where to go afterwards."""
    return admin_path(request.values.get("next"))


def place() -> Place:
    """From where somebody signs in."""
    return Place(request.remote_addr, browser_name(request.headers.get("User-Agent", "")))
