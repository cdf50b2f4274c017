"""Passes that an operator gives away by a code, to people without an account; and gifts that they revoke."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.tokens import Signer
from payments.gift_models import Gift
from payments.gifts import codes
from payments.ledger import entries, gifts
from payments.ledger.entitlement import EntitlementReason
from payments.ledger.manual_grants import require_reason
from payments.models import Grant, Payment

ENDED = frozenset({EntitlementReason.REVOKED, EntitlementReason.REFUNDED, EntitlementReason.CHARGED_BACK})


class GiftEndedError(Exception):
    """The gift has ended already, or was never paid for."""


def make(session: Session, signer: Signer, actor: str, reason: str) -> Gift:
    """A gift from an operator. Raises `ReasonRequiredError`."""
    require_reason(reason)
    gift = Gift(actor=actor, reason=reason.strip(), created_at=clock.now())
    codes.renew(signer, gift)
    session.add(gift)
    session.flush()
    audit.record(session, actor=actor, action="gift.make", subject=f"gift:{gift.id}", reason=reason)
    return gift


def revoke(session: Session, gift: Gift, actor: str, reason: str) -> None:
    """The code stops working, and whoever redeemed it loses the pass. No money moves.

    Raises `ReasonRequiredError`, `GiftEndedError`.
    """
    require_reason(reason)
    entries.lock(session)
    state = gifts.gift_state(session, gift)
    if state.reason in ENDED or state.reason is EntitlementReason.NEVER:
        raise GiftEndedError
    grant_id = state.redemption.grant_id if state.redemption else _purchase_id(session, gift)
    if grant_id is None:
        gift.revoked_at = clock.now()
    else:
        revocation = Grant(kind="withdrawal", revokes_id=grant_id, actor=actor, reason=reason.strip())
        revocation.recorded_at = clock.now()
        session.add(revocation)
    if state.redemption:
        entries.update_entitlement(session, state.redemption.reader_id)
    gifts.forget_words(gift)
    audit.record(session, actor=actor, action="gift.revoke", subject=f"gift:{gift.id}", reason=reason)


def _purchase_id(session: Session, gift: Gift) -> int | None:
    """The grant that the gift's payment made; an operator's has none until it is redeemed."""
    bought = select(Grant.id).join(Payment, Grant.payment_id == Payment.id)
    return session.scalars(bought.where(Payment.order_id == gift.order_id)).one_or_none()
