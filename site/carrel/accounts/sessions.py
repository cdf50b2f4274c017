"""Sessions: an opaque token in the browser, its hash in our table, an end after idleness and after all."""

from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session, joinedload

from carrel import clock
from carrel.accounts.browser_names import browser_name as browser_name  # noqa: PLC0414 - part of this module's face
from carrel.accounts.models import Reader, ReaderSession
from carrel.tokens import new_token, token_hash

IDLE = timedelta(days=30)
ABSOLUTE = timedelta(days=180)
NOTE_EVERY = timedelta(hours=1)
FRESH = timedelta(minutes=5)
TOKEN_LENGTH = 43


def start(session: Session, reader: Reader, browser: str = "", *, proven: bool = False) -> str:
    """A new session; the token for the cookie. `proven`: the address was proven in this browser just now."""
    token, now = new_token(), clock.now()
    session.add(
        ReaderSession(
            reader_id=reader.id,
            token_hash=token_hash(token),
            browser=browser[:60],
            created_at=now,
            last_seen_at=now,
            proven_at=now if proven else None,
        )
    )
    session.flush()
    return token


def find(session: Session, token: str) -> ReaderSession | None:
    """The session of a cookie, with its reader, unless it ended."""
    if len(token) != TOKEN_LENGTH:
        return None
    query = select(ReaderSession).where(ReaderSession.token_hash == token_hash(token), *_alive())
    return session.scalars(query.options(joinedload(ReaderSession.reader))).one_or_none()


def of_reader(session: Session, reader_id: int) -> list[ReaderSession]:
    """All browsers that are signed in as this reader, the latest first."""
    query = select(ReaderSession).where(ReaderSession.reader_id == reader_id, *_alive())
    return list(session.scalars(query.order_by(ReaderSession.last_seen_at.desc(), ReaderSession.id.desc())))


def is_due_for_note(reader_session: ReaderSession) -> bool:
    """Whether it is time to note that the session was seen."""
    return reader_session.last_seen_at < clock.now() - NOTE_EVERY


def note_activity(session: Session, session_id: int) -> None:
    """Write that the session was seen: once an hour at most, the one write of a GET (decision 4)."""
    now = clock.now()
    stale = update(ReaderSession).where(
        ReaderSession.id == session_id, ReaderSession.last_seen_at < now - NOTE_EVERY
    )
    session.execute(stale.values(last_seen_at=now))


def end(session: Session, session_id: int, reader_id: int) -> bool:
    """End one session of this reader. Whether there was one."""
    deletion = delete(ReaderSession).where(
        ReaderSession.id == session_id, ReaderSession.reader_id == reader_id
    )
    return session.scalars(deletion.returning(ReaderSession.id)).first() is not None


def end_here(session: Session, session_id: int) -> None:
    """End the session of the browser that asks."""
    session.execute(delete(ReaderSession).where(ReaderSession.id == session_id))


def end_all(session: Session, reader_id: int, but: int | None = None) -> None:
    """End every session of this reader, but perhaps the one at hand."""
    deletion = delete(ReaderSession).where(ReaderSession.reader_id == reader_id)
    session.execute(deletion if but is None else deletion.where(ReaderSession.id != but))


def may_see_account(reader_session: ReaderSession) -> bool:
    """An address was proven in this browser, or the reader has none.

    A browser that only paid keeps its audience when its reader is merged, and sees nothing of the account.
    """
    return reader_session.reader.email is None or reader_session.proven_at is not None


def is_fresh(reader_session: ReaderSession) -> bool:
    """The address was proven here in the last five minutes, or there is none to prove."""
    if reader_session.reader.email is None:
        return True
    return reader_session.proven_at is not None and reader_session.proven_at > clock.now() - FRESH


def _alive() -> tuple[ColumnElement[bool], ...]:
    now = clock.now()
    return ReaderSession.created_at > now - ABSOLUTE, ReaderSession.last_seen_at > now - IDLE
