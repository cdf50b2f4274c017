"""A gift as its buyer sees it: its code, and whether it was used, but never by whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail.addresses import masked
from carrel.mail.models import OutboxMail, OutboxState
from carrel.services import signer_of
from carrel.settings import Settings
from payments import refunds
from payments.gift_models import Gift
from payments.gifts import codes, sending
from payments.gifts.mails import gift_page
from payments.ledger import entries, gifts, refund_requests
from payments.ledger.entitlement import EntitlementReason
from payments.models import Order, Payment
from payments.prices import price

STATUS_TEXT = {
    EntitlementReason.GIFT: "Not redeemed yet",
    EntitlementReason.NEVER: "We are looking into this payment",
    EntitlementReason.REFUNDED: "Ended: refunded",
    EntitlementReason.DISPUTED: "Suspended while your bank looks into the payment",
    EntitlementReason.CHARGED_BACK: "Ended: refunded by your bank",
    EntitlementReason.REVOKED: "Ended",
}
NOT_DELIVERED = {OutboxState.FAILED, OutboxState.SUPPRESSED}


class GiftNotFoundError(LookupError):
    """This reader gave no gift with this reference."""


@dataclass(frozen=True)
class GiftSummary:
    """One gift."""

    reference: str
    page: str
    title: str
    paid: str
    paid_at: datetime
    state: str
    code: str | None  # None when it does not work, or can no longer be shown
    can_be_redeemed: bool
    giver: str
    message: str
    recipient: str | None  # masked
    send_at: datetime | None
    sent_at: datetime | None
    is_delivered: bool  # False: the mail could not be delivered
    is_leaving: bool  # the mail is queued within seconds
    may_send: bool
    return_to: str
    receipt_url: str | None
    refunded: str | None
    refund_until: datetime | None
    refund_requested: bool
    disputed: bool  # by the buyer's bank, which decides about the money


def gift_summaries(session: Session, settings: Settings, reader_id: int) -> tuple[GiftSummary, ...]:
    """All gifts that a reader paid for, newest first."""
    rows = session.execute(_paid_gifts().where(Order.reader_id == reader_id).order_by(Payment.id.desc()))
    return tuple(_summary(session, settings, *row) for row in rows)


def gift_summary(session: Session, settings: Settings, reference: str, reader_id: int) -> GiftSummary:
    """One of them. Raises `GiftNotFoundError`."""
    own = _paid_gifts().where(Order.reader_id == reader_id, Order.reference == reference)
    row = session.execute(own.order_by(Payment.id).limit(1)).one_or_none()
    if row is None:
        raise GiftNotFoundError(reference)
    return _summary(session, settings, *row)


def find_gift(session: Session, reference: str, reader_id: int) -> Gift:
    """The gift itself. Raises `GiftNotFoundError`."""
    own = select(Gift).join(Order, Order.id == Gift.order_id)
    gift = session.scalars(
        own.where(Order.reader_id == reader_id, Order.reference == reference)
    ).one_or_none()
    if gift is None:
        raise GiftNotFoundError(reference)
    return gift


def _paid_gifts() -> Select[Gift, Order, Payment]:
    return (
        select(Gift, Order, Payment)
        .join(Order, Order.id == Gift.order_id)
        .join(Payment, Payment.order_id == Order.id)
    )


def _summary(session: Session, settings: Settings, gift: Gift, order: Order, payment: Payment) -> GiftSummary:
    state = gifts.gift_state(session, gift)
    refunded = payment.amount_cents - entries.unrefunded_cents(session, payment)
    is_disputed = entries.is_disputed(session, payment)
    is_open = (
        refunds.reader_may_refund(settings, payment) and refunded < payment.amount_cents and not is_disputed
    )
    is_used = state.redemption is not None and state.reason is EntitlementReason.GIFT
    return GiftSummary(
        reference=order.reference,
        page=gift_page(order),
        title=order.title,
        paid=price(payment.amount_cents, payment.currency),
        paid_at=payment.paid_at,
        state="Used" if is_used else STATUS_TEXT[state.reason],
        code=codes.reveal(signer_of(settings), gift) if state.can_be_redeemed else None,
        can_be_redeemed=state.can_be_redeemed,
        giver=gift.giver,
        message=gift.message,
        recipient=masked(gift.recipient) if gift.recipient else None,
        send_at=gift.send_at,
        sent_at=gift.sent_at,
        is_delivered=_mail_state(session, gift) not in NOT_DELIVERED,
        is_leaving=gift.sent_at is None and gift.send_at is not None and gift.send_at <= clock.now(),
        may_send=sending.may_send(session, gift),
        return_to=order.return_to,
        receipt_url=order.receipt_url,
        refunded=price(refunded, payment.currency) if refunded else None,
        refund_until=refunds.refund_deadline(settings, payment) if is_open else None,
        refund_requested=refund_requests.pending(session, payment) is not None,
        disputed=is_disputed and state.reason is EntitlementReason.DISPUTED,
    )


def _mail_state(session: Session, gift: Gift) -> str | None:
    sent = select(OutboxMail.state).where(OutboxMail.key == sending.mail_key(gift))
    return session.scalars(sent).one_or_none()
