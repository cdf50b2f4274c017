"""Sessions of operators: an opaque token in the browser, its hash in our table (AUTH-07)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from carrel import clock
from carrel.services import Services
from carrel.tokens import new_token, token_hash
from website.admin.operators import challenges
from website.admin.operators.models import OperatorSession

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
FRESH: Final = timedelta(minutes=10)
NOTE_EVERY: Final = timedelta(minutes=1)
CLEAN_UP_EVERY_SECONDS: Final = 3600.0


def start(session: Session, operator_id: int, browser: str, network: str = "") -> str:
    """A new session, proven just now; the token for the cookie."""
    token, now = new_token(), clock.now()
    session.add(
        OperatorSession(
            operator_id=operator_id,
            token_hash=token_hash(token),
            browser=browser[:60],
            network=network,
            created_at=now,
            last_seen_at=now,
            proven_at=now,
        )
    )
    session.flush()
    return token


def find(session: Session, token: str) -> OperatorSession | None:
    """The session of a cookie, with its operator, unless it ended."""
    query = select(OperatorSession).where(OperatorSession.token_hash == token_hash(token), *_not_expired())
    return session.scalars(query.options(joinedload(OperatorSession.operator))).one_or_none()


def is_due_for_note(operator_session: OperatorSession) -> bool:
    """Whether it is time to note that the session was seen."""
    return operator_session.last_seen_at < clock.now() - NOTE_EVERY


def note_activity(session: Session, session_id: int) -> None:
    """Write that the session was seen: what its half hour of idleness counts from."""
    statement = update(OperatorSession).where(OperatorSession.id == session_id)
    session.execute(statement.values(last_seen_at=clock.now()))


def is_fresh(operator_session: OperatorSession) -> bool:
    """A code or a passkey was given here in the last ten minutes."""
    return operator_session.proven_at > clock.now() - FRESH


def prove(session: Session, session_id: int) -> None:
    """A code or a passkey was given here just now."""
    now = clock.now()
    proven = update(OperatorSession).where(OperatorSession.id == session_id)
    session.execute(proven.values(proven_at=now, last_seen_at=now))


def of_operator(session: Session, operator_id: int) -> Sequence[OperatorSession]:
    """All browsers that are signed in as this operator, the latest first."""
    query = select(OperatorSession).where(OperatorSession.operator_id == operator_id, *_not_expired())
    return session.scalars(query.order_by(OperatorSession.last_seen_at.desc(), OperatorSession.id)).all()


def counts(session: Session) -> dict[int, int]:
    """In how many browsers each operator is signed in, by the operator's id; those in none are not in it."""
    query = select(OperatorSession.operator_id, func.count()).where(*_not_expired())
    return dict(session.execute(query.group_by(OperatorSession.operator_id)).all())


def end(session: Session, session_id: int, operator_id: int) -> bool:
    """End one session of this operator. Whether there was one."""
    deletion = delete(OperatorSession).where(
        OperatorSession.id == session_id, OperatorSession.operator_id == operator_id
    )
    return session.scalars(deletion.returning(OperatorSession.id)).first() is not None


def end_all(session: Session, operator_id: int, but: int | None = None) -> None:
    """End every session of this operator, but perhaps the one at hand."""
    deletion = delete(OperatorSession).where(OperatorSession.operator_id == operator_id)
    session.execute(deletion if but is None else deletion.where(OperatorSession.id != but))


def run_step(services: Services) -> bool:
    """A step of the worker: delete what has expired. Whether there was anything."""
    alive = _not_expired()
    with services.db.write() as session:
        over = delete(OperatorSession).where(~(alive[0] & alive[1]))
        ended = session.scalars(over.returning(OperatorSession.id)).all()
        return challenges.delete_expired(session) or bool(ended)


def _not_expired() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """A session seen in the future, by a clock that was set back since, has expired too."""
    now = clock.now()
    not_idle = OperatorSession.last_seen_at.between(now - IDLE, now + clock.TOLERANCE)
    return OperatorSession.created_at > now - ABSOLUTE, not_idle
