"""A reader's pass and its history, in words: for the account page and the export."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.accounts.models import Reader
from carrel.settings import Settings
from payments import refunds
from payments.ledger import entries, refund_requests
from payments.ledger.entitlement import Given, Reason, entitled, given_back, state_of
from payments.models import Grant, Order, Payment
from payments.prices import price

WORDS = {
    Reason.BOUGHT: "Active",
    Reason.GIFT: "Active",
    Reason.REFUNDED: "Refunded",
    Reason.DISPUTED: "Resting while your bank looks into the payment",
    Reason.CHARGED_BACK: "Ended: your bank returned the payment",
    Reason.WITHDRAWN: "Ended",
}
OTHER_WORDS = {"second": "Paid twice: returned in full", "held": "We are looking into this payment"}


@dataclass(frozen=True)
class Purchase:
    """One payment of the reader's."""

    reference: str
    title: str
    paid: str
    paid_at: datetime
    state: str
    refunded: str | None  # the sum that went back, or is on its way
    receipt_url: str | None
    refund_until: datetime | None  # when their own button ends; None when it does not work for this payment
    refund_asked: bool  # their wish is on its way to Stripe


@dataclass(frozen=True)
class PassSummary:
    """Whether a reader has the pass, and all they paid."""

    has_pass: bool
    reason: Reason
    is_gift: bool
    purchases: tuple[Purchase, ...]


def standing(session: Session, settings: Settings, reader_id: int) -> PassSummary:
    """The reader's pass and its history, newest payment first."""
    verdict = entitled(entries.history_of(session, reader_id))
    paid = (
        select(Order, Payment, Grant)
        .join(Payment, Payment.order_id == Order.id)
        .outerjoin(Grant, Grant.payment_id == Payment.id)
        .where(Order.reader_id == reader_id)
        .order_by(Payment.id.desc())
    )
    purchases = tuple(_purchase(session, settings, *row) for row in session.execute(paid))
    return PassSummary(verdict.ad_free, verdict.reason, verdict.reason is Reason.GIFT, purchases)


def export(session: Session, reader: Reader) -> dict[str, object]:
    """Everything here about a reader, for their export file. Sums are in minor units of their currency."""
    orders = session.scalars(select(Order).where(Order.reader_id == reader.id).order_by(Order.id))
    return {"orders": [_export_order(session, order) for order in orders]}


def _purchase(
    session: Session, settings: Settings, order: Order, payment: Payment, grant: Grant | None
) -> Purchase:
    back = given_back(payment.id, entries.states_of(session, [payment.id]))
    is_open = refunds.is_open_to_reader(settings, payment) and back < payment.amount_cents
    state = _state(session, grant, payment) if grant else OTHER_WORDS[payment.outcome]
    return Purchase(
        reference=order.reference,
        title=order.title,
        paid=price(payment.amount_cents, payment.currency),
        paid_at=payment.paid_at,
        state=state,
        refunded=price(back, payment.currency) if back else None,
        receipt_url=order.receipt_url,
        refund_until=refunds.closes_at(settings, payment) if is_open else None,
        refund_asked=refund_requests.waiting(session, payment) is not None,
    )


def _state(session: Session, grant: Grant, payment: Payment) -> str:
    withdrawn = select(Grant.id).where(Grant.withdraws_id == grant.id)
    if session.scalars(withdrawn).first() is not None:
        return WORDS[Reason.WITHDRAWN]
    given = Given(grant.id, payment.id, payment.amount_cents)
    return WORDS[state_of(given, entries.states_of(session, [payment.id]))]


def _export_order(session: Session, order: Order) -> dict[str, object]:
    payments = session.scalars(select(Payment).where(Payment.order_id == order.id).order_by(Payment.id)).all()
    return {
        "reference": order.reference,
        "title": order.title,
        "price": order.price_cents,
        "currency": order.currency,
        "state": order.state,
        "ordered_at": order.created_at.isoformat(),
        "receipt": order.receipt_url,
        "payments": [
            {
                "amount": payment.amount_cents,
                "currency": payment.currency,
                "paid_at": payment.paid_at.isoformat(),
                "outcome": payment.outcome,
                "given_back": given_back(payment.id, entries.states_of(session, [payment.id])),
            }
            for payment in payments
        ],
    }
