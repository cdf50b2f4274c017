"""Gifts in the ledger: a gift's payment entitles nobody until somebody redeems it, and then only them."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from carrel import clock
from payments.gift_models import Gift, GiftRedemption
from payments.ledger import entries
from payments.ledger.entitlement import Entitlement, EntitlementReason, derive_entitlement
from payments.models import Grant, Order, Payment

WITHOUT_WORDS = {"giver": "", "message": "", "recipient": None, "recipient_key": None, "send_at": None}


@dataclass(frozen=True)
class GiftState:
    """What became of a gift. `reason` is NEVER while nobody has paid, GIFT while it stands."""

    reason: EntitlementReason
    redemption: GiftRedemption | None

    @property
    def can_be_redeemed(self) -> bool:
        """Whether its code works now."""
        return self.reason is EntitlementReason.GIFT and self.redemption is None


def gift_of(session: Session, order: Order) -> Gift | None:
    """The gift that was ordered; None for a pass that the buyer wants for themselves."""
    return session.scalars(select(Gift).where(Gift.order_id == order.id)).one_or_none()


def gift_state(session: Session, gift: Gift) -> GiftState:
    """What became of a gift, by the ledger."""
    redemption = session.get(GiftRedemption, gift.id)
    if gift.order_id is None and redemption is None:
        reason = EntitlementReason.REVOKED if gift.revoked_at else EntitlementReason.GIFT
        return GiftState(reason, None)
    return GiftState(_entitlement(session, gift, redemption).reason, redemption)


def update_order_entitlement(session: Session, order: Order) -> Entitlement:
    """Derive the entitlement of whoever holds the order's pass, and return that of the pass itself."""
    gift = gift_of(session, order)
    if gift is None:
        return entries.update_entitlement(session, order.reader_id)
    session.flush()
    redemption = session.get(GiftRedemption, gift.id)
    if redemption:
        entries.update_entitlement(session, redemption.reader_id)
    entitlement = _entitlement(session, gift, redemption)
    if entitlement.reason in {EntitlementReason.REFUNDED, EntitlementReason.CHARGED_BACK}:
        forget_words(gift)
    return entitlement


def add_redemption(session: Session, gift: Gift, reader_id: int) -> None:
    """The reader redeems a gift that can be redeemed; the caller holds the ledger's lock.

    Raises `IntegrityError` when somebody else has redeemed it.
    """
    grant_id = session.scalars(_purchase(gift)).one() if gift.order_id else _grant(session, gift, reader_id)
    now = clock.now()
    session.add(GiftRedemption(gift_id=gift.id, grant_id=grant_id, reader_id=reader_id, redeemed_at=now))
    forget_words(gift)
    entries.update_entitlement(session, reader_id)


def forget_words(gift: Gift) -> None:
    """Erase the buyer's words and the recipient's address. The code stays as it is."""
    for name, value in WITHOUT_WORDS.items():
        setattr(gift, name, value)


def _entitlement(session: Session, gift: Gift, redemption: GiftRedemption | None) -> Entitlement:
    grants = (
        _purchase(gift) if redemption is None else select(Grant.id).where(Grant.id == redemption.grant_id)
    )
    return derive_entitlement(entries.grant_history(session, grants))


def _purchase(gift: Gift) -> Select[int]:
    """The grant that the gift's payment made."""
    return (
        select(Grant.id)
        .join(Payment, Grant.payment_id == Payment.id)
        .where(Payment.order_id == gift.order_id)
    )


def _grant(session: Session, gift: Gift, reader_id: int) -> int:
    grant = Grant(
        kind="gift", reader_id=reader_id, actor=gift.actor, reason=gift.reason, recorded_at=clock.now()
    )
    session.add(grant)
    session.flush()
    return grant.id
