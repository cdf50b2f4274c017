"""How long a buyer's words and a recipient's address are kept (DATA-21). Using a gift and returning its money erases them."""

from datetime import timedelta
from typing import Final

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from carrel import clock
from payments.gift_models import Gift
from payments.ledger.gifts import WITHOUT_WORDS
from payments.models import Order

SENT_KEPT: Final = timedelta(days=30)  # so that the mail can be sent again
UNUSED_KEPT: Final = timedelta(days=365)  # so that the sheet can be printed again
BATCH: Final = 1_000


def forget_old_words(session: Session) -> int:
    """Erase one batch of what has served, or was never paid for. How many gifts it was."""
    now = clock.now()
    unpaid = select(Order.id).where(
        or_(
            Order.state.in_(["failed", "expired"]),
            and_(Order.state == "open", Order.expires_at < now - timedelta(days=1)),
        )
    )
    has_words = or_(
        Gift.giver != "", Gift.message != "", Gift.recipient.is_not(None), Gift.send_at.is_not(None)
    )
    is_over = or_(
        Gift.sent_at < now - SENT_KEPT,
        and_(Gift.send_at.is_(None), Gift.created_at < now - UNUSED_KEPT),
        Gift.order_id.in_(unpaid),
    )
    ids = session.scalars(select(Gift.id).where(has_words, is_over).limit(BATCH)).all()
    session.execute(update(Gift).where(Gift.id.in_(ids)).values(**WITHOUT_WORDS))
    return len(ids)
