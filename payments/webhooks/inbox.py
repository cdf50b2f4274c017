"""The inbox: stored events, the lease on each that is being handled, retries, and outcomes.

An event is stored in a transaction of its own before it is handled. While it is leased, other deliveries of
the same event do nothing.
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
from payments.stripe.events import HANDLED_EVENTS, Event
from payments.stripe.schemas import StripeResponseError

MAX_TRIES: Final = 10
LEASE: Final = timedelta(seconds=60)  # the longest handling: six requests to Stripe, twice five seconds each
FIRST_RETRY_DELAY: Final = timedelta(seconds=10)
MAX_RETRY_DELAY: Final = timedelta(hours=1)
OUTAGE_RETRY_DELAY: Final = timedelta(minutes=1)


def find_event(session: Session, event_id: str) -> StripeEvent | None:
    """The stored event with this Stripe id."""
    return session.scalars(select(StripeEvent).where(StripeEvent.event_id == event_id)).one_or_none()


def is_finished(event: StripeEvent) -> bool:
    """Handled, or dead after ten tries: Stripe need not resend it."""
    return event.handled_at is not None or event.dead_at is not None


def is_leased(event: StripeEvent) -> bool:
    """Whether it is being handled."""
    now = clock.now()
    return event.leased_until is not None and now < event.leased_until <= now + LEASE + clock.TOLERANCE


def lease(session: Session, event: Event, *, delivered: bool) -> StripeEvent | None:
    """Store and lease the event; None if it is finished or leased already.

    `delivered`: by the webhook. An event that we fetched ourselves does not show that the webhook works.
    """
    now = clock.now()
    insert = insert_into(session, StripeEvent).values(
        source="stripe",
        event_id=event.id,
        type=event.type,
        body=event.stored_body(),
        created_at=datetime.fromtimestamp(event.created, UTC),
        received_at=now if delivered else None,
        next_try_at=now,
        leased_until=now + LEASE,
    )
    upsert = insert.on_conflict_do_update(
        index_elements=[StripeEvent.source, StripeEvent.event_id],
        set_={"leased_until": now + LEASE},
        where=_is_available(),
    )
    return session.scalars(upsert.returning(StripeEvent)).one_or_none()


def lease_next(session: Session) -> StripeEvent | None:
    """Lease the event that has been due longest."""
    now = clock.now()
    due = (_is_available(), clock.has_passed(StripeEvent.next_try_at, MAX_RETRY_DELAY))
    # During an upgrade, the new release may store types that this one does not know: leave them to it.
    handled = select(StripeEvent.id).where(*due, StripeEvent.type.in_(HANDLED_EVENTS))
    first = handled.order_by(StripeEvent.next_try_at).limit(1).with_for_update(skip_locked=True)
    event_id = session.scalars(first).one_or_none()
    if event_id is None:
        return None
    leased = update(StripeEvent).where(StripeEvent.id == event_id).values(leased_until=now + LEASE)
    return session.scalars(leased.returning(StripeEvent)).one()


def mark_handled(session: Session, event: StripeEvent, outcome: str) -> None:
    """Record the outcome: done, or ignored because it is not ours."""
    unhandled = update(StripeEvent).where(StripeEvent.id == event.id, StripeEvent.handled_at.is_(None))
    session.execute(
        unhandled.values(handled_at=clock.now(), outcome=outcome, last_error="", leased_until=None)
    )


def record_failure(session: Session, event_id: int, failure: Exception) -> None:
    """Record the reason and the time of the next try. After ten tries the event is dead."""
    row = session.get_one(StripeEvent, event_id)
    if row.handled_at:
        return
    row.leased_until = None
    # Our own exceptions carry ids only; those of the database or a library may carry personal data.
    message = str(failure) if type(failure).__module__.startswith("payments.") else ""
    row.last_error = f"{type(failure).__name__}: {message}"[:200]
    if isinstance(failure, StripeUnavailableError):  # not the event's fault: does not count as a try
        row.next_try_at = clock.now() + OUTAGE_RETRY_DELAY
        return
    row.tries += 1
    row.next_try_at = clock.now() + min(FIRST_RETRY_DELAY * 2 ** (row.tries - 1), MAX_RETRY_DELAY)
    if isinstance(failure, StripeResponseError):
        _raise_unreadable_alarm(session, row)
    if row.tries >= MAX_TRIES:
        _mark_dead(session, row)


def retry(session: Session, event_id: str, actor: str) -> bool:
    """Retry a dead event, when the operator has fixed the cause. Whether there was such an event."""
    dead = update(StripeEvent).where(StripeEvent.event_id == event_id, StripeEvent.dead_at.is_not(None))
    revived = dead.values(dead_at=None, tries=0, next_try_at=clock.now()).returning(StripeEvent.id)
    if session.scalars(revived).first() is None:
        return False
    audit.record(session, actor=actor, action="event.retry", subject=f"event:{event_id}"[:200])
    return True


def _is_available() -> ColumnElement[bool]:
    unleased = or_(StripeEvent.leased_until.is_(None), clock.has_passed(StripeEvent.leased_until, LEASE))
    return StripeEvent.handled_at.is_(None) & StripeEvent.dead_at.is_(None) & unleased


def _raise_unreadable_alarm(session: Session, row: StripeEvent) -> None:
    alarms.raise_alarm(
        session,
        "stripe-unreadable",
        "Stripe sent something unreadable",
        f"Event {row.event_id} ({row.type}): {row.last_error}. Nothing was granted for it.",
    )


def _mark_dead(session: Session, row: StripeEvent) -> None:
    row.dead_at = clock.now()
    alarms.raise_alarm(
        session,
        f"event-dead:{row.event_id}"[:80],
        "A Stripe event could not be handled",
        f"After {row.tries} tries, event {row.event_id} ({row.type}) is no longer retried: {row.last_error}. "
        "Reconciliation may have recorded its effect meanwhile.",
    )
