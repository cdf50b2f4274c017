"""Who is asking, for views: the edition of the page, the session, and the refusals that become redirects."""

from flask import g, request

from carrel.accounts import sessions
from carrel.accounts.audience import edition_of, note_seen
from carrel.accounts.models import ReaderSession
from carrel.http.services import services
from carrel.http.session_cookie import session_cookie
from carrel.page_cache import Audience


class SignInRequiredError(Exception):
    """This page is somebody's own. `next_path` is where to come back to."""

    def __init__(self, next_path: str) -> None:
        super().__init__(next_path)
        self.next_path = next_path


class ReauthenticationRequiredError(SignInRequiredError):
    """Signed in, but the address was proven too long ago for what is asked."""


def edition() -> Audience:
    """The edition for this request: from memory most of the time, and nothing personal."""
    return edition_of(services(), session_cookie())


def session() -> ReaderSession | None:
    """The session of this request, asked of the database once, with its reader. Not for kept pages."""
    if "reader_session" not in g:
        g.reader_session = _find()
    found: ReaderSession | None = g.reader_session
    return found


def required() -> ReaderSession:
    """The session of somebody who may see the account. Raises `SignInRequiredError`."""
    found = session()
    if found is None or not sessions.may_see_account(found):
        raise SignInRequiredError(_way_back())
    return found


def fresh() -> ReaderSession:
    """The session of somebody who proved the address in the last five minutes. Raises `SignInRequiredError`."""
    found = required()
    if not sessions.is_fresh(found):
        raise ReauthenticationRequiredError(_way_back())
    return found


def _find() -> ReaderSession | None:
    with services().db.read() as db:
        found = sessions.find(db, session_cookie())
    if found:
        note_seen(services(), found.id, stale=sessions.is_stale(found))
    return found


def _way_back() -> str:
    return request.path if request.method == "GET" else "/account/"
