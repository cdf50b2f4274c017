"""A reader's pass and purchases, for the account page and the data export."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from carrel.accounts.models import Reader
from carrel.settings import Settings
from payments import refunds
from payments.gift_models import Gift, GiftRedemption
from payments.ledger import entries, gifts, refund_requests
from payments.ledger.entitlement import (
    EntitlementReason,
    GrantEntry,
    derive_entitlement,
    grant_status,
    refunded_cents,
)
from payments.models import Grant, Order, Payment
from payments.prices import price
from payments.queries.gift_summary import GiftSummary, gift_summaries

STATUS_TEXT = {
    EntitlementReason.BOUGHT: "Active",
    EntitlementReason.GIFT: "Active",
    EntitlementReason.REFUNDED: "Refunded",
    EntitlementReason.DISPUTED: "Suspended while your bank looks into the payment",
    EntitlementReason.CHARGED_BACK: "Ended: refunded by your bank",
    EntitlementReason.REVOKED: "Ended",
}
UNGRANTED_STATUS_TEXT = {"second": "Paid twice: refunded in full", "held": "We are looking into this payment"}


@dataclass(frozen=True)
class Purchase:
    """One payment of the reader."""

    reference: str
    title: str
    paid: str
    paid_at: datetime
    state: str
    refunded: str | None  # the refunded amount
    receipt_url: str | None
    refund_until: datetime | None  # when the refund button ends; None without one
    refund_requested: bool  # not sent to Stripe yet
    refund_late: bool  # and for more than an hour
    disputed: bool  # by their bank, which decides about the money


@dataclass(frozen=True)
class PassSummary:
    """Whether a reader has the pass, and all their purchases."""

    has_pass: bool
    reason: EntitlementReason
    is_gift: bool
    purchases: tuple[Purchase, ...]  # for themselves
    gifts: tuple[GiftSummary, ...] = ()  # for others


def account_summary(session: Session, settings: Settings, reader_id: int) -> PassSummary:
    """The reader's pass and purchases, newest first."""
    entitlement = derive_entitlement(entries.reader_history(session, reader_id))
    paid = (
        select(Order, Payment, Grant)
        .join(Payment, Payment.order_id == Order.id)
        .outerjoin(Grant, Grant.payment_id == Payment.id)
        .outerjoin(Gift, Gift.order_id == Order.id)
        .where(Order.reader_id == reader_id, Gift.id.is_(None))
        .order_by(Payment.id.desc())
    )
    purchases = tuple(_purchase(session, settings, *row) for row in session.execute(paid))
    return PassSummary(
        entitlement.ad_free,
        entitlement.reason,
        entitlement.reason is EntitlementReason.GIFT,
        purchases,
        gift_summaries(session, settings, reader_id),
    )


def export(session: Session, reader: Reader) -> dict[str, object]:
    """All payment data of a reader, for their export file. Amounts are in the currency's minor unit."""
    orders = session.scalars(select(Order).where(Order.reader_id == reader.id).order_by(Order.id))
    return {
        "orders": [_export_order(session, order) for order in orders],
        "redeemed_gifts": [moment.isoformat() for moment in session.scalars(_redeemed_by(reader))],
    }


def _purchase(
    session: Session, settings: Settings, order: Order, payment: Payment, grant: Grant | None
) -> Purchase:
    refunded = refunded_cents(payment.id, entries.refund_and_dispute_entries(session, [payment.id]))
    is_disputed = entries.is_disputed(session, payment)
    request = refund_requests.pending(session, payment)
    is_open = (
        refunds.reader_may_refund(settings, payment) and refunded < payment.amount_cents and not is_disputed
    )
    reason = _grant_reason(session, grant, payment) if grant else None
    return Purchase(
        reference=order.reference,
        title=order.title,
        paid=price(payment.amount_cents, payment.currency),
        paid_at=payment.paid_at,
        state=STATUS_TEXT[reason] if reason else UNGRANTED_STATUS_TEXT[payment.outcome],
        refunded=price(refunded, payment.currency) if refunded else None,
        receipt_url=order.receipt_url,
        refund_until=refunds.refund_deadline(settings, payment) if is_open else None,
        refund_requested=request is not None,
        refund_late=request is not None and refund_requests.is_late(request),
        disputed=is_disputed and reason is EntitlementReason.DISPUTED,
    )


def _grant_reason(session: Session, grant: Grant, payment: Payment) -> EntitlementReason:
    revoked = select(Grant.id).where(Grant.revokes_id == grant.id)
    if session.scalars(revoked).first() is not None:
        return EntitlementReason.REVOKED
    entry = GrantEntry(grant.id, payment.id, payment.amount_cents)
    return grant_status(entry, entries.refund_and_dispute_entries(session, [payment.id]))


def _redeemed_by(reader: Reader) -> Select[datetime]:
    redeemed = select(GiftRedemption.redeemed_at).where(GiftRedemption.reader_id == reader.id)
    return redeemed.order_by(GiftRedemption.gift_id)


def _export_gift(session: Session, order: Order) -> dict[str, object] | None:
    gift = gifts.gift_of(session, order)
    if gift is None:
        return None
    return {
        "giver": gift.giver,
        "message": gift.message,
        "recipient": gift.recipient,
        "send_at": gift.send_at.isoformat() if gift.send_at else None,
        "sent_at": gift.sent_at.isoformat() if gift.sent_at else None,
        "used": gifts.gift_state(session, gift).redemption is not None,
    }


def _export_order(session: Session, order: Order) -> dict[str, object]:
    return {
        "reference": order.reference,
        "title": order.title,
        "price": order.price_cents,
        "currency": order.currency,
        "state": order.state,
        "ordered_at": order.created_at.isoformat(timespec="seconds"),
        "receipt": order.receipt_url,
        "gift": _export_gift(session, order),
        "payments": [
            {
                "amount": payment.amount_cents,
                "currency": payment.currency,
                "paid_at": payment.paid_at.isoformat(timespec="seconds"),
                "outcome": payment.outcome,
                "given_back": refunded_cents(
                    payment.id, entries.refund_and_dispute_entries(session, [payment.id])
                ),
            }
            for payment in entries.payments_of(session, order)
        ],
    }
