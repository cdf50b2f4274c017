"""Orders: written before Stripe is asked, and taken up again when its answer was lost."""

import secrets
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts.models import Reader
from carrel.settings import Settings
from payments import offer
from payments.models import Order

SESSION_LIFE = timedelta(minutes=45)  # Stripe allows 30 minutes to 24 hours
TAKEN_UP_AGAIN_WITHIN = timedelta(minutes=10)  # so that Stripe is asked while 30 minutes are left


class AlreadyOwnedError(Exception):
    """The reader has the pass: there is nothing to buy. Carries the reader's id."""

    def __init__(self, reader_id: int) -> None:
        self.reader_id = reader_id
        super().__init__(str(reader_id))


def place(session: Session, settings: Settings, reader: Reader, return_to: str) -> Order:
    """Write the order, at the price of this moment. Raises `AlreadyOwnedError`.

    Somebody who pressed twice, or again after Stripe did not answer, gets the same order: its idempotency
    key leads to the same Checkout Session.
    """
    if reader.ad_free:
        raise AlreadyOwnedError(reader.id)
    now = clock.now()
    order = Order(
        reference=secrets.token_urlsafe(16),
        reader_id=reader.id,
        price_cents=settings.pass_price_cents,
        currency=settings.pass_currency,
        title=offer.title(settings),
        return_to=return_to,
        created_at=now,
        expires_at=now + SESSION_LIFE,
    )
    if earlier := _same_as(session, order):
        return earlier
    session.add(order)
    session.flush()
    return order


def waiting_for_money(session: Session, reader: Reader) -> Order | None:
    """The reader's order whose delayed payment is on its way."""
    pending = select(Order).where(Order.reader_id == reader.id, Order.state == "pending")
    return session.scalars(pending.order_by(Order.id.desc()).limit(1)).one_or_none()


def give_up(session: Session, order_id: int) -> None:
    """Stripe will not open this order's session: the next attempt begins with a new order."""
    order = session.get_one(Order, order_id)
    if order.state == "open" and order.checkout_session_id is None:
        order.state = "failed"


def _same_as(session: Session, order: Order) -> Order | None:
    same = select(Order).where(
        Order.reader_id == order.reader_id,
        Order.state == "open",
        Order.created_at > order.created_at - TAKEN_UP_AGAIN_WITHIN,
        Order.price_cents == order.price_cents,
        Order.currency == order.currency,
        Order.title == order.title,
        Order.return_to == order.return_to,
    )
    return session.scalars(same.order_by(Order.id.desc()).limit(1)).one_or_none()
