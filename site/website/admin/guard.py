"""Before every page of the operator: who asks, and may they? What declares nothing is refused (AUTH-10)."""

from collections.abc import Callable
from typing import Final, TypeVar
from urllib.parse import quote

from flask import Flask, Response, current_app, g, request

from carrel.accounts.paths import safe_path
from carrel.http import errors
from carrel.http.redirects import see_other
from carrel.http.routing import address_parts
from carrel.http.services import services
from website.admin.cookie import operator_cookie
from website.admin.operators import sessions
from website.admin.operators.models import Operator, OperatorSession
from website.admin.operators.roles import Need, may

View = TypeVar("View", bound=Callable[..., object])
NEED: Final = "operator_need"
FRESH: Final = "operator_fresh"
ANYBODY: Final = "anybody"
NOT_YOURS = errors.ErrorPage(
    "Your role does not reach that far", "Ask an owner of this site to do it, or to give you another role."
)


class NotAllowedError(Exception):
    """The operator's role may not do this."""


class NotProven(Exception):
    """What was asked for hurts, and the last code or passkey is older than ten minutes."""


def needs(need: Need, *, fresh: bool = False) -> Callable[[View], View]:
    """Say what a view asks of its operator. `fresh`: a code or passkey given in the last ten minutes."""

    def declare(view: View) -> View:
        setattr(view, NEED, need)
        setattr(view, FRESH, fresh)
        return view

    return declare


def for_anybody(view: View) -> View:
    """A view for people who are not signed in: signing in, setting up."""
    setattr(view, NEED, ANYBODY)
    return view


def init_app(app: Flask) -> None:
    """Put the guard before every view of the admin app."""
    app.before_request(check)
    app.register_error_handler(NotAllowedError, lambda _refused: errors.page(403, NOT_YOURS))


def check() -> Response | None:
    """Let pass who may; send the others to sign in. Raises `NotAllowedError`, `NotProven`."""
    if request.endpoint is None:
        return None  # no such page: 404 for everybody
    view = current_app.view_functions[request.endpoint]
    need = getattr(view, NEED, None)
    if need == ANYBODY:
        return None
    found = current()
    if found is None:
        return see_other(f"/admin/sign-in?next={quote(way_back())}")
    if not isinstance(need, Need) or not may(found.operator.role, need):
        raise NotAllowedError
    if getattr(view, FRESH) and not sessions.is_fresh(found):
        raise NotProven
    return None


def current() -> OperatorSession | None:
    """The session of this request, asked of the database once, with its operator."""
    if "operator_session" not in g:
        g.operator_session = _find()
    found: OperatorSession | None = g.operator_session
    return found


def my_session() -> OperatorSession:
    """The session of whoever asks; there is one on every page that is not for anybody."""
    found = current()
    if found is None:
        raise NotAllowedError
    return found


def me() -> Operator:
    """The operator who asks."""
    return my_session().operator


def way_back() -> str:
    """Where to go after signing in or proving oneself: this page, or the one whose form was sent."""
    if request.method == "GET":
        path = request.full_path.rstrip("?") if request.query_string else request.path
        return admin_path(request.script_root + path)
    parts = address_parts(request.headers.get("Referer", ""))
    return admin_path(parts.path) if parts.netloc == request.host else "/admin/"


def admin_path(value: str | None) -> str:
    """The path if it is one of the operator's pages, else the first of them."""
    path = safe_path(value, "/admin/")
    return path if path.startswith("/admin/") else "/admin/"


def _find() -> OperatorSession | None:
    token = operator_cookie()
    if not token:
        return None
    with services().db.read() as session:
        found = sessions.find(session, token)
    if found and sessions.is_stale(found):
        with services().db.write() as session:
            sessions.note(session, found.id)
    return found
