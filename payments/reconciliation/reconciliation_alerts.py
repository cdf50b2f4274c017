"""What the operator must hear of: payments without a pass, passes without a payment, and silence."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from carrel import clock
from payments.fulfillment.match_order import NotOurSessionError, UnknownOrderError, identify
from payments.models import Grant, Order, Payment, StripeEvent
from payments.stripe.schemas import SessionFact

PATIENCE: Final = timedelta(minutes=15)
SILENCE: Final = timedelta(hours=2)
NAMED: Final = 10


class Notice(NamedTuple):
    """An alarm to raise: its key, subject and text."""

    key: str
    subject: str
    text: str


def warnings(session: Session, facts: Iterable[SessionFact], since: datetime) -> Iterator[Notice]:
    """What is wrong after mending, by what Stripe listed since that moment."""
    paid = {fact.id: fact for fact in facts if fact.is_paid and clock.now() - fact.paid_at > PATIENCE}
    if missing := _not_entered(session, paid, since):
        yield Notice(
            "unfulfilled",
            "Somebody paid and has no pass",
            f"Paid more than {_minutes()} minutes ago, and not in the ledger: {_some(missing)}. The log says why; "
            "`carrel reconcile` tries again.",
        )
    if unpaid := _not_paid(session, paid, since):
        yield Notice(
            "unpaid",
            "A pass without a payment",
            f"The ledger has these as paid, and Stripe does not: {_some(unpaid)}. Compare them in Stripe's "
            "dashboard, and take the pass back by hand if it was not paid.",
        )
    if ungranted := _not_granted(session):
        yield Notice(
            "ungranted",
            "A payment without its pass",
            f"Entered as granted, without a grant: {_some(ungranted)}.",
        )
    if silent_since := _silent_since(session):
        yield Notice(
            "webhook-silence",
            "Stripe's events do not arrive",
            f"Somebody paid at {silent_since:%d %B, %H:%M} UTC, and no event has come since. Look at the webhook in "
            "Stripe's dashboard. Reconciliation gives the passes meanwhile, ten minutes late.",
        )


def _not_entered(session: Session, paid: dict[str, SessionFact], since: datetime) -> list[str]:
    entered = set(session.scalars(select(Payment.checkout_session_id).where(Payment.recorded_at >= since)))
    return [
        session_id for session_id in paid if session_id not in entered and _is_ours(session, paid[session_id])
    ]


def _is_ours(session: Session, fact: SessionFact) -> bool:
    try:
        identify(session, fact)
    except NotOurSessionError:
        return False
    except UnknownOrderError:
        return True
    return True


def _not_paid(session: Session, paid: dict[str, SessionFact], since: datetime) -> list[str]:
    entered = (
        select(Payment.checkout_session_id)
        .join(Order, Payment.order_id == Order.id)
        .where(
            Payment.outcome == "granted",
            Payment.recorded_at < clock.now() - PATIENCE,
            Order.created_at > since + PATIENCE,  # younger than the list, whatever the clocks
        )
    )
    return [session_id for session_id in session.scalars(entered) if session_id not in paid]


def _not_granted(session: Session) -> list[str]:
    granted = select(Grant.payment_id).where(Grant.payment_id.is_not(None))
    without = select(Payment.checkout_session_id).where(
        Payment.outcome == "granted", Payment.id.not_in(granted)
    )
    return list(session.scalars(without.limit(NAMED + 1)))


def _silent_since(session: Session) -> datetime | None:
    """When the first payment came that no event has followed, if that is two hours ago."""
    heard = session.scalars(select(func.max(StripeEvent.received_at))).one()
    payments = select(func.min(Payment.recorded_at))
    # The payment that an event brings is entered a moment after it.
    unheard = payments.where(Payment.recorded_at > heard + PATIENCE) if heard else payments
    first = session.scalars(unheard).one()
    return first if first and clock.now() - first > SILENCE else None


def _some(ids: list[str]) -> str:
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return ", ".join(sorted(ids)[:NAMED]) + more


def _minutes() -> int:
    return int(PATIENCE.total_seconds() // 60)
