"""Mailing a gift to its recipient: on its day, and again when its buyer asks for it."""

from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts import limits
from carrel.accounts.limits import Limit, TooManyRequestsError, hours
from carrel.mail import outbox
from carrel.mail.addresses import Address
from carrel.services import Services
from carrel.settings import Settings
from carrel.tokens import Signer
from payments.gift_models import Gift, GiftRedemption
from payments.gifts import codes, mails, wishes
from payments.ledger import gifts
from payments.ledger.entitlement import EntitlementReason
from payments.models import Order, Payment

log = structlog.get_logger()
MOST_MAILS: Final = 3  # of one gift: a mistyped address can be put right, and nobody can be pestered
PER_RECIPIENT: Final = Limit(3, hours(24))
POSTPONED: Final = timedelta(days=1)


class CannotSendError(Exception):
    """The gift's mail cannot be sent again: it was redeemed, has ended, cost nothing, or was mailed often enough."""


def send_next(services: Services) -> bool:
    """Worker: queue the mail of one gift that is due. Whether there was one."""
    with services.db.read() as session:
        gift_id = session.scalars(_due().limit(1)).one_or_none()
    if gift_id is None:
        return False
    with services.db.write() as session:
        gift = session.get_one(Gift, gift_id, with_for_update=True)
        if gift.send_at is not None and gift.sent_at is None:
            _send(session, services.settings, services.signer, gift)
    return True


def send_again(session: Session, signer: Signer, gift: Gift, recipient: Address) -> None:
    """The buyer has it mailed once more, or now in place of later, or to another address.

    For another address there is another code: whoever got the mail before may be a stranger. Raises `CannotSendError`.
    """
    if not may_send(session, gift):
        raise CannotSendError
    if (gift.recipient_key and gift.recipient_key != recipient.key) or codes.reveal(signer, gift) is None:
        codes.renew(signer, gift)
    gift.recipient, gift.recipient_key = recipient.typed, recipient.key
    gift.send_at, gift.sent_at = clock.now(), None


def may_send(session: Session, gift: Gift) -> bool:
    """Whether the gift can be mailed, now or once more."""
    is_open = gifts.gift_state(session, gift).can_be_redeemed
    return is_open and gift.sent_count < MOST_MAILS and is_paid(session, gift)


def is_paid(session: Session, gift: Gift) -> bool:
    """Whether money was paid. Gifts that cost nothing are not mailed: that would be a way to mail strangers for free."""
    paid = select(Payment.id).where(Payment.order_id == gift.order_id, Payment.amount_cents > 0)
    return session.scalars(paid.limit(1)).first() is not None


def _due() -> Select[int]:
    granted = select(Payment.id).where(Payment.order_id == Order.id, Payment.outcome == "granted")
    redeemed = select(GiftRedemption.gift_id).where(GiftRedemption.gift_id == Gift.id)
    return (
        select(Gift.id)
        .join(Order, Order.id == Gift.order_id)
        .where(
            Gift.recipient.is_not(None),
            Gift.sent_at.is_(None),
            clock.has_passed(Gift.send_at, wishes.FARTHEST + POSTPONED),
            granted.exists(),
            ~redeemed.exists(),
        )
        .order_by(Gift.send_at)
    )


def _send(session: Session, settings: Settings, signer: Signer, gift: Gift) -> None:
    state = gifts.gift_state(session, gift)
    if state.reason is EntitlementReason.DISPUTED or not _count(session, gift):
        gift.send_at = clock.now() + POSTPONED
    elif not may_send(session, gift):
        gifts.forget_words(gift)
    else:
        code = codes.reveal_or_renew(signer, gift)
        gift.sent_at, gift.sent_count = clock.now(), gift.sent_count + 1
        mail = mails.received(settings, gift, code)
        outbox.queue(session, key=mail_key(gift), to=str(gift.recipient), mail=mail, private=True)


def mail_key(gift: Gift) -> str:
    """The outbox key of the gift's latest mail. Made of the nonce: another code is another mail."""
    return f"gift:{gift.code_nonce.hex()}:{gift.sent_count}"


def _count(session: Session, gift: Gift) -> bool:
    """Whether this address may get another gift's mail today."""
    try:
        limits.check(session, "gift-recipient", str(gift.recipient_key), PER_RECIPIENT)
    except TooManyRequestsError:
        log.warning("gift postponed", gift=gift.id)
        return False
    return True
