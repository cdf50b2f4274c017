"""The inbox: rows of events, who is at work on which, and what became of them.

An event is kept in its own transaction before anything else, and under a lease while somebody handles it, so
that a hundred deliveries of one event are one piece of work.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.db import insert_into
from carrel.mail import alarms
from payments.models import StripeEvent
from payments.stripe.client import StripeUnavailableError
from payments.stripe.events import KNOWN, EventFact
from payments.stripe.schemas import StripeResponseError

TRIES: Final = 10
LEASE: Final = timedelta(
    seconds=20
)  # longer than handling can take: four calls to Stripe, of five seconds each
FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(hours=1)
PAUSE_WHILE_AWAY: Final = timedelta(minutes=1)


def find(session: Session, event_id: str) -> StripeEvent | None:
    """The row of an event that came before."""
    return session.scalars(select(StripeEvent).where(StripeEvent.event_id == event_id)).one_or_none()


def is_over(event: StripeEvent) -> bool:
    """Done, or waiting for the operator after ten tries: nobody needs to bring it again."""
    return event.handled_at is not None or event.dead_at is not None


def is_leased(event: StripeEvent) -> bool:
    """Whether somebody is at work on it."""
    now = clock.now()
    return event.leased_until is not None and now < event.leased_until <= now + LEASE + clock.TOLERANCE


def claim(session: Session, event: EventFact, *, delivered: bool) -> StripeEvent | None:
    """Keep the event and take it to work on; None if it is over or somebody else has it.

    One that was not `delivered` but fetched by us is no sign that the webhook works.
    """
    now = clock.now()
    keep = insert_into(session, StripeEvent).values(
        source="stripe",
        event_id=event.id,
        type=event.type,
        body=event.body(),
        created_at=datetime.fromtimestamp(event.created, UTC),
        received_at=now if delivered else None,
        next_try_at=now,
        leased_until=now + LEASE,
    )
    take = keep.on_conflict_do_update(
        index_elements=[StripeEvent.source, StripeEvent.event_id],
        set_={"leased_until": now + LEASE},
        where=_is_free(),
    )
    return session.scalars(take.returning(StripeEvent)).one_or_none()


def claim_due(session: Session) -> StripeEvent | None:
    """Take the event that is due longest, for the worker."""
    now = clock.now()
    due = (_is_free(), clock.has_passed(StripeEvent.next_try_at, LONGEST_PAUSE))
    # A type of a later release is left to it: both releases may work while one replaces the other.
    known = select(StripeEvent.id).where(*due, StripeEvent.type.in_(KNOWN))
    first = known.order_by(StripeEvent.next_try_at).limit(1).with_for_update(skip_locked=True)
    event_id = session.scalars(first).one_or_none()
    if event_id is None:
        return None
    taken = update(StripeEvent).where(StripeEvent.id == event_id).values(leased_until=now + LEASE)
    return session.scalars(taken.returning(StripeEvent)).one()


def close(session: Session, event: StripeEvent, outcome: str) -> None:
    """The event is done, or ignored as none of ours."""
    undone = update(StripeEvent).where(StripeEvent.id == event.id, StripeEvent.handled_at.is_(None))
    session.execute(undone.values(handled_at=clock.now(), outcome=outcome, last_error="", leased_until=None))


def note_failure(session: Session, event_id: int, failure: Exception) -> None:
    """Write why, and when to try again. After ten tries the event waits for the operator."""
    row = session.get_one(StripeEvent, event_id)
    if row.handled_at:
        return
    row.leased_until = None
    row.last_error = f"{type(failure).__name__}: {_plain(failure)}"[:200]
    if isinstance(failure, StripeUnavailableError):  # no fault of the event: it does not wear out its tries
        row.next_try_at = clock.now() + PAUSE_WHILE_AWAY
        return
    row.tries += 1
    row.next_try_at = clock.now() + min(FIRST_PAUSE * 2 ** (row.tries - 1), LONGEST_PAUSE)
    if isinstance(failure, StripeResponseError):
        _raise_unreadable(session, row)
    if row.tries >= TRIES:
        _bury(session, row)


def retry(session: Session, event_id: str, actor: str) -> bool:
    """The operator has mended the cause: a dead event gets its tries again. Whether there was such an event."""
    dead = update(StripeEvent).where(StripeEvent.event_id == event_id, StripeEvent.dead_at.is_not(None))
    risen = dead.values(dead_at=None, tries=0, next_try_at=clock.now()).returning(StripeEvent.id)
    if session.scalars(risen).first() is None:
        return False
    audit.record(session, actor=actor, action="event.retry", subject=f"event:{event_id}"[:200])
    return True


def _is_free() -> ColumnElement[bool]:
    unleased = or_(StripeEvent.leased_until.is_(None), clock.has_passed(StripeEvent.leased_until, LEASE))
    return StripeEvent.handled_at.is_(None) & StripeEvent.dead_at.is_(None) & unleased


def _plain(failure: Exception) -> str:
    # Our own failures carry ids; a database's or library's words may carry values.
    return str(failure) if type(failure).__module__.startswith("payments.") else ""


def _raise_unreadable(session: Session, row: StripeEvent) -> None:
    alarms.raise_alarm(
        session,
        "stripe-unreadable",
        "Stripe sent something that we cannot read",
        f"Event {row.event_id} ({row.type}): {row.last_error}. Nothing was granted for it.",
    )


def _bury(session: Session, row: StripeEvent) -> None:
    row.dead_at = clock.now()
    alarms.raise_alarm(
        session,
        f"event-dead:{row.event_id}"[:80],
        "An event of Stripe's could not be handled",
        f"After {row.tries} tries, event {row.event_id} ({row.type}) waits for you: {row.last_error}. "
        "Reconciliation may have entered its effect meanwhile.",
    )
