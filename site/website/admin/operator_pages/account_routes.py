"""An operator's own account: password, recovery codes, and the browsers that are signed in."""

from flask import Blueprint, Response, abort, render_template, request

from carrel.http.routing import database_id
from carrel.services import services
from website.admin.flash import done
from website.admin.guard import needs, required_session
from website.admin.operator_pages import pages
from website.admin.operators import audit, factors, passwords, sessions
from website.admin.operators.roles import Need

blueprint = Blueprint("own_account", __name__, url_prefix="/me")
NOT_CURRENT = "That is not your current password."
Answer = Response | tuple[str, int] | str


@blueprint.get("")
@needs(Need.LOOK)
def account() -> str:
    """One's own account."""
    return pages.account_page({})


@blueprint.get("/password")
@needs(Need.LOOK, fresh=True)
def password_page() -> str:
    """The form; the second factor is asked for before it, as no page may carry a password."""
    return _password_form({})


@blueprint.post("/password")
@needs(Need.LOOK, fresh=True)
def change_password() -> Answer:
    """Take the new password."""
    new = request.form.get("password", "")
    if new != request.form.get("password_again", ""):
        return _password_form({"password_again": pages.NOT_THE_SAME}), 422
    try:
        factors.change_password(services(), required_session(), request.form.get("current_password", ""), new)
    except factors.WrongPasswordError:
        return _password_form({"current_password": NOT_CURRENT}), 403
    except passwords.WeakPasswordError as weak:
        return _password_form({"password": str(weak)}), 422
    return done(
        "/admin/me", "Your password is changed. You are signed out everywhere else, and an email confirms it."
    )


@blueprint.post("/recovery")
@needs(Need.LOOK, fresh=True)
def renew_recovery() -> str:
    """New recovery codes in place of the old ones."""
    with services().db.write() as session:
        recovery = factors.renew_recovery(session, services().settings, required_session())
    return render_template("operators/recovery.html", codes=recovery, first=False)


@blueprint.post("/sessions/end")
@needs(Need.LOOK, fresh=True)
def end_sessions() -> Response:
    """End one session of one's own, or without a number all others."""
    here, one = required_session(), "session" in request.form
    with services().db.write() as session:
        if not one:
            sessions.end_all(session, here.operator_id, but=here.id)
        elif not sessions.end(session, request.form.get("session", 0, type=database_id), here.operator_id):
            abort(404)
        audit.record(session, here.operator, "operator.sign_out")
    return done("/admin/me", "That browser is signed out." if one else "You are signed out everywhere else.")


def _password_form(errors: dict[str, str]) -> str:
    return render_template("operators/password.html", errors=errors, shortest=passwords.SHORTEST)
