"""The one way from Stripe into the ledger, for webhook, return page, reconciler and refunds alike.

https://docs.stripe.com/checkout/fulfillment: safe to call many times and at once for one session.
"""

from collections.abc import Callable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from payments.fulfillment.apply_session import ConcurrentUpdateError, settle
from payments.models import Order
from payments.payment_context import PaymentContext

LOOKS = 5

Then = Callable[[Session], None]


def fulfill(shop: PaymentContext, session_id: str, then: Then | None = None) -> Order:
    """Ask Stripe about a session, then enter what it says: `then` runs in the same transaction.

    Stripe is asked while no transaction is open. When another process entered a later look meanwhile, ours
    may be the older one, so we look again. Raises `StripeUnavailableError`, `StripeRefusedError`, `StripeResponseError`,
    `NotOurSessionError`, `UnknownOrderError`, `ConcurrentUpdateError`.
    """
    seen = _version(shop, Order.checkout_session_id == session_id)
    for _ in range(LOOKS - 1):
        try:
            return _look_and_enter(shop, session_id, seen, then)
        except ConcurrentUpdateError as by_another:
            seen = _version(shop, Order.id == by_another.order_id)
    return _look_and_enter(shop, session_id, seen, then)


def _look_and_enter(shop: PaymentContext, session_id: str, seen: int, then: Then | None) -> Order:
    fact = shop.stripe.look(session_id)
    with shop.db.write() as session:
        order = settle(session, shop.settings, fact, seen)
        if then is not None:
            then(session)
    return order


def _version(shop: PaymentContext, which: ColumnElement[bool]) -> int:
    with shop.db.read() as session:
        return session.scalars(select(Order.version).where(which)).one_or_none() or 0
