"""Alerts for the operator: payments without a pass, passes without a payment, and webhook silence."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail import alarms
from payments.fulfillment.match_order import NotOurSessionError, UnknownOrderError, match_order
from payments.models import Grant, Order, Payment, StripeEvent
from payments.stripe.schemas import CheckoutSession

GRACE_PERIOD: Final = timedelta(minutes=15)
SILENCE_THRESHOLD: Final = timedelta(hours=2)
MAX_LISTED: Final = 10
UNDELIVERED: Final = "webhook-undelivered"  # the alarm of `payments.silence`


class Alert(NamedTuple):
    """An alarm to raise: its key, subject, and text."""

    key: str
    subject: str
    text: str


def alerts(
    session: Session, checkout_sessions: Iterable[CheckoutSession], since: datetime
) -> Iterator[Alert]:
    """What is still wrong after reconciling, given all Checkout Sessions created since then."""
    paid = {
        checkout.id: checkout
        for checkout in checkout_sessions
        if checkout.is_paid and clock.now() - checkout.paid_at > GRACE_PERIOD
    }
    if missing := _not_recorded(session, paid, since):
        yield Alert(
            "unfulfilled",
            "Someone paid and has no pass",
            f"Paid more than {int(GRACE_PERIOD.total_seconds() // 60)} minutes ago, and not in the ledger: "
            f"{_id_list(missing)}. The log says why; `carrel reconcile` tries again.",
        )
    if unpaid := _not_paid(session, paid, since):
        yield Alert(
            "unpaid",
            "A pass without a payment",
            f"The ledger has these as paid, and Stripe does not: {_id_list(unpaid)}. Compare them in Stripe's "
            "dashboard, and revoke the pass by hand if it was not paid for.",
        )
    if ungranted := _not_granted(session):
        yield Alert(
            "ungranted",
            "A payment without its pass",
            f"Recorded as granted, without a grant: {_id_list(ungranted)}.",
        )
    # Once for one cause: `silence` tells sooner, where Stripe has events that it could not deliver.
    if (silent_since := _silent_since(session)) and not alarms.is_open(session, UNDELIVERED):
        yield Alert(
            "webhook-silence",
            "Stripe events do not arrive",
            f"Somebody paid at {silent_since:%Y-%m-%d %H:%M} UTC, and no event has arrived since. `carrel stripe "
            "check` says why. Reconciliation grants passes meanwhile, up to ten minutes late.",
        )


def _not_recorded(session: Session, paid: dict[str, CheckoutSession], since: datetime) -> list[str]:
    recorded = set(session.scalars(select(Payment.checkout_session_id).where(Payment.recorded_at >= since)))
    return [
        checkout_id
        for checkout_id, checkout in paid.items()
        if checkout_id not in recorded and _is_ours(session, checkout)
    ]


def _is_ours(session: Session, checkout_session: CheckoutSession) -> bool:
    try:
        match_order(session, checkout_session)
    except NotOurSessionError:
        return False
    except UnknownOrderError:
        return True
    return True


def _not_paid(session: Session, paid: dict[str, CheckoutSession], since: datetime) -> list[str]:
    granted = (
        select(Payment.checkout_session_id)
        .join(Order, Payment.order_id == Order.id)
        .where(
            Payment.outcome == "granted",
            Payment.recorded_at < clock.now() - GRACE_PERIOD,
            Order.created_at > since + GRACE_PERIOD,  # certainly listed, even if the clocks differ
        )
    )
    return [checkout_id for checkout_id in session.scalars(granted) if checkout_id not in paid]


def _not_granted(session: Session) -> list[str]:
    with_grant = select(Grant.payment_id).where(Grant.payment_id.is_not(None))
    without_grant = select(Payment.checkout_session_id).where(
        Payment.outcome == "granted", Payment.id.not_in(with_grant)
    )
    return list(session.scalars(without_grant.limit(MAX_LISTED + 1)))


def _silent_since(session: Session) -> datetime | None:
    """When the first payment arrived that no event has followed, if that was two hours ago or more."""
    last_event = session.scalars(select(func.max(StripeEvent.received_at))).one()
    first_payment = select(func.min(Payment.recorded_at))
    if last_event:  # the payment that an event brings is recorded a moment after it
        first_payment = first_payment.where(Payment.recorded_at > last_event + GRACE_PERIOD)
    silent_since = session.scalars(first_payment).one()
    return silent_since if silent_since and clock.now() - silent_since > SILENCE_THRESHOLD else None


def _id_list(ids: list[str]) -> str:
    more = f" and {len(ids) - MAX_LISTED} more" if len(ids) > MAX_LISTED else ""
    return ", ".join(sorted(ids)[:MAX_LISTED]) + more
