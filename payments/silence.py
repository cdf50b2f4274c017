"""Silence is an alarm: nothing comes from Stripe while something waits for it. Each names its cause, and what helps.

The worker looks every minute. All is read from the tables, so that it does not matter which process asked Stripe.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail import alarms
from carrel.services import Services
from payments.ledger.refund_requests import LATE_AFTER
from payments.models import Order, Payment, Reconciliation, RefundRequest, StripeEvent

EVERY_SECONDS: Final = 60.0
SILENT_AFTER: Final = timedelta(minutes=15)
MAX_LISTED: Final = 10
WAITS: Final = StripeEvent.handled_at.is_(None) & StripeEvent.dead_at.is_(None)


class Silence(NamedTuple):
    """An alarm to raise: its key, subject, and text."""

    key: str
    subject: str
    text: str


def run_step(services: Services) -> bool:
    """Worker: raise the alarms, each once while it is open. Never asks for another turn."""
    if not services.settings.sells:
        return False
    with services.db.read() as session:
        found = list(silences(session))
    if found:
        with services.db.write() as session:
            for silence in found:
                if not alarms.is_open(session, silence.key):
                    alarms.raise_alarm(session, *silence)
    return False


def silences(session: Session) -> Iterator[Silence]:
    """What has been silent for too long."""
    since = clock.now() - SILENT_AFTER
    events = _count(session, WAITS & (StripeEvent.created_at < since))
    refunds = late_refunds(session, SILENT_AFTER)
    heard = last_success(session)
    if (events or refunds) and (heard is None or heard < since):
        cause = _cause(session)
        yield Silence(
            "stripe-silence",
            "Stripe does not answer this site",
            f"No request has succeeded since {_when(heard)}, and {events} events and {len(refunds)} refunds wait"
            f"{f' ({cause})' if cause else ''}. `carrel stripe check` says whether it is the key, the network, or "
            "Stripe itself (status.stripe.com). Everything then resumes automatically, as long as the worker is running.",
        )
    if late := late_refunds(session):
        named = ", ".join(
            f"{reference} ({error or 'not tried yet'})" for reference, error in late[:MAX_LISTED]
        )
        yield Silence(
            "refund-late",
            "A refund has been waiting for more than an hour",
            f"Not sent to Stripe yet, for order: {named}. The reader was told that the refund is being processed. "
            "`carrel stripe check` says whether the key may refund; is the worker running?",
        )
    if fetched := _fetched_in_vain(session):
        yield Silence(
            "webhook-undelivered",
            "Stripe cannot deliver its events",
            f"{fetched} events were fetched from Stripe, which could not deliver them, and none has come through the webhook "
            "since. `carrel stripe check` tries it; Workbench → Webhooks in Stripe's dashboard shows the answers that "
            "Stripe got. Passes and refunds are recorded meanwhile, up to ten minutes late.",
        )


def last_success(session: Session) -> datetime | None:
    """When a request to Stripe last succeeded, as the tables show."""
    latest = (
        select(func.max(Reconciliation.finished_at)),
        select(func.max(StripeEvent.handled_at)),
        select(func.max(Payment.recorded_at)),
    )
    return max((moment for each in latest if (moment := session.scalar(each))), default=None)


def late_refunds(session: Session, age: timedelta = LATE_AFTER) -> list[tuple[str, str]]:
    """The orders whose refund has been waiting for so long, with what went wrong last, oldest first."""
    waiting = (
        select(Order.reference, RefundRequest.last_error)
        .join(Payment, RefundRequest.payment_id == Payment.id)
        .join(Order, Payment.order_id == Order.id)
        .where(RefundRequest.state == "asked", RefundRequest.requested_at < clock.now() - age)
        .order_by(RefundRequest.id)
    )
    return [(reference, error) for reference, error in session.execute(waiting)]


def _fetched_in_vain(session: Session) -> int:
    """How many events of ours had to be fetched, since the last one that was delivered."""
    delivered = session.scalar(select(func.max(StripeEvent.received_at)))
    fetched = (
        StripeEvent.received_at.is_(None)
        & (StripeEvent.outcome == "done")
        & (StripeEvent.created_at < clock.now() - SILENT_AFTER)
    )
    return _count(session, fetched & (StripeEvent.created_at > delivered) if delivered else fetched)


def _cause(session: Session) -> str:
    """What went wrong with the events or refunds that wait, last."""
    of_events = select(StripeEvent.last_error).where(WAITS, StripeEvent.last_error != "")
    of_refunds = select(RefundRequest.last_error).where(
        RefundRequest.state == "asked", RefundRequest.last_error != ""
    )
    newest = session.scalar(of_events.order_by(StripeEvent.id.desc()).limit(1))
    return newest or session.scalar(of_refunds.order_by(RefundRequest.id.desc()).limit(1)) or ""


def _count(session: Session, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(StripeEvent).where(which)) or 0


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "this site began"
