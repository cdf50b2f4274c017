"""Deleting what has expired, once an hour, a thousand rows at a time (DATA-21)."""

from datetime import timedelta

from sqlalchemy import ColumnElement, delete, inspect, or_, select, tuple_
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts.models import AddressChange, LimitHits, MailedLink, ReaderSession
from carrel.accounts.sessions import ABSOLUTE, IDLE
from carrel.db import Base
from carrel.services import Services

EVERY_SECONDS = 3600.0
BATCH = 1000
LINKS_KEPT = timedelta(hours=24)


def run_step(services: Services) -> bool:
    """A step of the worker. Whether there may be more."""
    with services.db.write() as session:
        return max([_drop(session, model, is_over) for model, is_over in _over()]) == BATCH


def _over() -> list[tuple[type[Base], ColumnElement[bool]]]:
    now = clock.now()
    return [
        (MailedLink, MailedLink.created_at < now - LINKS_KEPT),
        (AddressChange, AddressChange.undo_until < now),
        (LimitHits, LimitHits.expires_at < now),
        (
            ReaderSession,
            or_(ReaderSession.last_seen_at < now - IDLE, ReaderSession.created_at < now - ABSOLUTE),
        ),
    ]


def _drop(session: Session, model: type[Base], is_over: ColumnElement[bool]) -> int:
    key = tuple_(*inspect(model).primary_key)
    some = select(*inspect(model).primary_key).where(is_over).limit(BATCH)
    gone = delete(model).where(key.in_(some)).returning(*inspect(model).primary_key)
    return len(session.execute(gone, execution_options={"synchronize_session": False}).all())
