"""Before every admin page: who asks, and may they? A view that declares nothing is refused (AUTH-10)."""

from collections.abc import Callable
from typing import Final, TypeVar
from urllib.parse import quote

from flask import Flask, Response, current_app, g, request

from carrel import security_events
from carrel.accounts import limits
from carrel.accounts.limits import Limit, TooManyRequestsError, hours
from carrel.accounts.paths import safe_path
from carrel.http import cookies, errors
from carrel.http.redirects import see_other
from carrel.http.routing import address_parts
from carrel.security_events import Event, Outcome
from carrel.services import services
from website.admin.operators import audit, sessions
from website.admin.operators.models import Operator, OperatorSession
from website.admin.operators.roles import Need, may

View = TypeVar("View", bound=Callable[..., object])
NEED: Final = "operator_need"
FRESH: Final = "operator_fresh"
OPEN_TO_ALL: Final = "anybody"
REFUSALS_KEPT: Final = Limit(20, hours(1))  # of one operator; beyond it, the log alone has them
FORBIDDEN = errors.ErrorPage(
    "Your role does not allow this", "Ask an owner of this site to do it, or to give you another role."
)


class NotAllowedError(Exception):
    """The operator's role may not do this."""


class NotProvenError(Exception):
    """A sensitive action needs a code or passkey that is not older than ten minutes."""


def needs(need: Need, *, fresh: bool = False) -> Callable[[View], View]:
    """Declare what a view asks of its operator. `fresh`: a code or passkey given in the last ten minutes."""

    def declare(view: View) -> View:
        setattr(view, NEED, need)
        setattr(view, FRESH, fresh)
        return view

    return declare


def open_to_all(view: View) -> View:
    """A view for people who are not signed in: signing in, setting up."""
    setattr(view, NEED, OPEN_TO_ALL)
    return view


def init_app(app: Flask) -> None:
    """Put the guard before every view of the admin app."""
    app.before_request(check)
    app.register_error_handler(NotAllowedError, not_allowed)


def check() -> Response | None:
    """Let pass who may; send the others to sign in. Raises `NotAllowedError`, `NotProvenError`."""
    if request.endpoint is None:
        return None  # no such page: 404 for everybody
    view = current_app.view_functions[request.endpoint]
    need = getattr(view, NEED, None)
    if need == OPEN_TO_ALL:
        return None
    current = operator_session()
    if current is None:
        return see_other(f"/admin/sign-in?next={quote(return_path())}")
    if not isinstance(need, Need) or not may(current.operator.role, need):
        raise NotAllowedError
    if getattr(view, FRESH) and not sessions.is_fresh(current):
        raise NotProvenError
    return None


def not_allowed(_refused: NotAllowedError) -> Response:
    """403. Somebody who is signed in tried what is not theirs: that is kept."""
    if current := operator_session():
        _record_refusal(current)
    return errors.error_response(403, FORBIDDEN)


def _record_refusal(current: OperatorSession) -> None:
    after: dict[str, object] = {"role": current.operator.role, "page": request.endpoint or ""}
    try:
        with services().db.write() as session:
            limits.check(session, "role-refused", str(current.operator_id), REFUSALS_KEPT)
            audit.record(session, current.operator, Event.ROLE_REFUSED, after=after, outcome=Outcome.FAILURE)
    except TooManyRequestsError:
        security_events.log_event(Event.ROLE_REFUSED, Outcome.FAILURE)


def operator_session() -> OperatorSession | None:
    """The session of this request, asked of the database once, with its operator."""
    if "operator_session" not in g:
        g.operator_session = _read_session()
    current: OperatorSession | None = g.operator_session
    return current


def required_session() -> OperatorSession:
    """The session of the operator who asks; every page that is not open to all has one."""
    current = operator_session()
    if current is None:
        raise NotAllowedError
    return current


def current_operator() -> Operator:
    """The operator who asks."""
    return required_session().operator


def return_path() -> str:
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


def _read_session() -> OperatorSession | None:
    token = cookies.OPERATOR.value()
    if not token:
        return None
    with services().db.read() as session:
        current = sessions.find(session, token)
    if current:
        security_events.identify(f"operator:{current.operator_id}")
    if current and sessions.is_due_for_note(current):
        with services().db.write() as session:
            sessions.note_activity(session, current.id)
    return current
