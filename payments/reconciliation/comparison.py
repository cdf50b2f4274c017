"""Finding where Stripe and the ledger disagree about Checkout Sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from payments.fulfillment.apply_session import order_state
from payments.fulfillment.match_order import NotOurSessionError, UnknownOrderError, match_order
from payments.ledger import entries
from payments.ledger.entitlement import FAVORABLE_DISPUTE_STATUSES, refunded_cents
from payments.models import Dispute, Payment
from payments.payment_context import PaymentContext, site_id
from payments.stripe.metadata import SITE_KEY
from payments.stripe.schemas import Charge, CheckoutSession, StripeResponseError, parse


@dataclass(frozen=True)
class Difference:
    """Something about a Checkout Session or event on which Stripe and the ledger disagree."""

    object_id: str
    description: str


def list_checkout_sessions(
    context: PaymentContext, since: datetime
) -> tuple[list[CheckoutSession], list[Difference]]:
    """The Checkout Sessions created since then, and a difference for each of ours that cannot be parsed.

    The account may be shared: sessions of other sellers may look like anything, and are skipped.
    """
    with context.db.read() as session:
        our_site = site_id(session)
    checkout_sessions, unreadable = [], []
    for response in context.stripe.list_checkout_sessions(since):
        try:
            checkout_sessions.append(parse(CheckoutSession, response))
        except StripeResponseError as error:
            if (response.get("metadata") or {}).get(SITE_KEY) == our_site:
                unreadable.append(Difference(str(response.get("id")), str(error)))
    return checkout_sessions, unreadable


def find_differences(
    context: PaymentContext, checkout_sessions: Sequence[CheckoutSession]
) -> list[Difference]:
    """What the ledger does not have, or has differently."""
    differences = []
    with context.db.read() as session:
        for checkout_session in checkout_sessions:
            if description := _difference(session, checkout_session):
                differences.append(Difference(checkout_session.id, description))
    return differences


def _difference(session: Session, checkout_session: CheckoutSession) -> str | None:
    try:
        order = match_order(session, checkout_session).order
    except NotOurSessionError:
        return None
    except UnknownOrderError:
        return "was paid for an order that is not in the database"
    payment = entries.payment_for(session, checkout_session.id)
    if checkout_session.is_paid and payment is None:
        return "was paid, and the ledger does not have it"
    if (state := order_state(order, checkout_session)) != order.state:
        return f"is {state} at Stripe, {order.state} here"
    if payment is None or checkout_session.charge is None:
        return None
    return _money_difference(session, payment, checkout_session.charge)


def _money_difference(session: Session, payment: Payment, charge: Charge) -> str | None:
    history = entries.refund_and_dispute_entries(session, [payment.id])
    if charge.amount_refunded != refunded_cents(payment.id, history):
        return "has other refunds at Stripe"
    if not charge.disputed:
        return None
    latest = select(Dispute.status).where(Dispute.payment_id == payment.id).order_by(Dispute.id.desc())
    status = session.scalars(latest.limit(1)).one_or_none()
    if status in FAVORABLE_DISPUTE_STATUSES | {"lost"}:
        return None
    return f"has a dispute ({status or 'unknown'} here)"
