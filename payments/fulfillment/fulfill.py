"""The only way from Stripe into the ledger: webhook, success page, reconciliation, and refunds all use it.

https://docs.stripe.com/checkout/fulfillment: safe to call many times and at once for one session.
"""

from collections.abc import Callable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from payments.fulfillment.apply_session import ConcurrentUpdateError, apply_checkout_session
from payments.models import Order
from payments.payment_context import PaymentContext

MAX_ATTEMPTS = 5

Callback = Callable[[Session], None]


def fulfill(
    context: PaymentContext, checkout_session_id: str, in_transaction: Callback | None = None
) -> Order:
    """Retrieve a Checkout Session and apply it. `in_transaction` runs in the same transaction.

    No transaction is open while Stripe is asked. When another process changed the order meanwhile, our copy
    may be out of date, so it is retrieved again.

    Raises `StripeUnavailableError`, `StripeRefusedError`, `StripeResponseError`, `NotOurSessionError`,
    `UnknownOrderError`, `ConcurrentUpdateError`.
    """
    known_version = _order_version(context, Order.checkout_session_id == checkout_session_id)
    for _ in range(MAX_ATTEMPTS - 1):
        try:
            return _retrieve_and_apply(context, checkout_session_id, known_version, in_transaction)
        except ConcurrentUpdateError as error:
            known_version = _order_version(context, Order.id == error.order_id)
    return _retrieve_and_apply(context, checkout_session_id, known_version, in_transaction)


def _retrieve_and_apply(
    context: PaymentContext, checkout_session_id: str, known_version: int, in_transaction: Callback | None
) -> Order:
    checkout_session = context.stripe.retrieve_checkout_session(checkout_session_id)
    with context.db.write() as session:
        order = apply_checkout_session(session, context.settings, checkout_session, known_version)
        if in_transaction is not None:
            in_transaction(session)
    return order


def _order_version(context: PaymentContext, condition: ColumnElement[bool]) -> int:
    with context.db.read() as session:
        return session.scalars(select(Order.version).where(condition)).one_or_none() or 0
