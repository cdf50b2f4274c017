"""Orders: stored before Stripe is asked, and reused when its response was lost."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts.models import Reader
from carrel.settings import Settings
from payments import offer
from payments.checkout.session_params import checkout_session_params, parameters_hash
from payments.gift_models import Gift
from payments.ledger import gifts
from payments.models import Order
from payments.payment_context import site_id

CHECKOUT_SESSION_LIFETIME = timedelta(minutes=45)  # Stripe allows 30 minutes to 24 hours
REUSE_WITHIN = timedelta(minutes=10)  # while the session still has Stripe's minimum of 30 minutes

FOR_ONESELF = ~select(Gift.id).where(Gift.order_id == Order.id).exists()


class AlreadyOwnedError(Exception):
    """The reader has the pass already. Carries the reader's id."""

    def __init__(self, reader_id: int) -> None:
        self.reader_id = reader_id
        super().__init__(str(reader_id))


def place_order(
    session: Session, settings: Settings, reader: Reader, return_to: str, email: str | None
) -> Order:
    """Place an order at the current price. Raises `AlreadyOwnedError`.

    Who presses the button twice, or again after Stripe did not answer, gets the same order: its idempotency
    key leads to the same Checkout Session. That holds only while nothing has changed in what Stripe is asked for,
    such as the address of somebody who has signed in meanwhile; otherwise it is a new order.
    """
    if reader.ad_free:
        raise AlreadyOwnedError(reader.id)
    order = new_order(settings, reader, offer.title(settings), return_to)
    site = site_id(session)
    earlier = _reusable_order(session, order)
    if earlier and earlier.parameters_hash == _parameters_hash(settings, earlier, site, email):
        return earlier
    order.parameters_hash = _parameters_hash(settings, order, site, email)
    session.add(order)
    session.flush()
    return order


def new_order(settings: Settings, reader: Reader, title: str, return_to: str) -> Order:
    """An order at the current price, not stored yet."""
    now = clock.now()
    return Order(
        reference=secrets.token_urlsafe(16),
        reader_id=reader.id,
        price_cents=settings.pass_price_cents,
        currency=settings.pass_currency,
        title=title,
        return_to=return_to,
        created_at=now,
        expires_at=now + CHECKOUT_SESSION_LIFETIME,
    )


def pending_order(session: Session, reader: Reader) -> Order | None:
    """The reader's order with a delayed payment that is on its way: there is no need to pay again.

    Who has a voucher, and has not paid it, may pay in another way.
    """
    pending = select(Order).where(
        Order.reader_id == reader.id, Order.state == "pending", Order.awaits_buyer.is_(False), FOR_ONESELF
    )
    return session.scalars(pending.order_by(Order.id.desc()).limit(1)).one_or_none()


def superseded_sessions(session: Session, order: Order) -> Sequence[str]:
    """The Checkout Sessions of the reader's other open orders. A gift takes no order's place, and none takes a gift's."""
    if gifts.gift_of(session, order):
        return []
    others = select(Order.checkout_session_id).where(
        Order.reader_id == order.reader_id,
        Order.id != order.id,
        Order.state == "open",
        Order.expires_at > clock.now(),
        Order.checkout_session_id.is_not(None),
        FOR_ONESELF,
    )
    return [checkout_session_id for checkout_session_id in session.scalars(others) if checkout_session_id]


def mark_failed(session: Session, order_id: int) -> None:
    """Stripe rejected this order's session: the next attempt gets a new order."""
    order = session.get_one(Order, order_id)
    if order.state == "open" and order.checkout_session_id is None:
        order.state = "failed"
        order.parameters_hash = None


def mark_expired(session: Session, checkout_session_id: str) -> None:
    """We have expired the session: whoever presses the button there again gets a new order, before any event comes."""
    expired = update(Order).where(Order.checkout_session_id == checkout_session_id, Order.state == "open")
    session.execute(expired.values(state="expired", version=Order.version + 1, parameters_hash=None))


def _reusable_order(session: Session, order: Order) -> Order | None:
    same = select(Order).where(
        Order.reader_id == order.reader_id,
        Order.state == "open",
        Order.created_at > order.created_at - REUSE_WITHIN,
        Order.price_cents == order.price_cents,
        Order.currency == order.currency,
        Order.title == order.title,
        Order.return_to == order.return_to,
        FOR_ONESELF,
    )
    return session.scalars(same.order_by(Order.id.desc()).limit(1)).one_or_none()


def _parameters_hash(settings: Settings, order: Order, site: str, email: str | None) -> str:
    return parameters_hash(checkout_session_params(settings, order, site, email))
