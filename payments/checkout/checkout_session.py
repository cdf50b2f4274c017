"""Opening the Checkout Session of an order, and closing those that it takes the place of."""

from urllib.parse import urlencode

import structlog
from stripe.params.checkout import SessionCreateParams

from carrel.mail import alarms
from payments.checkout import orders
from payments.checkout.session_params import SUCCESS_PATH, checkout_session_params
from payments.fulfillment.fulfill import fulfill
from payments.ledger import gifts
from payments.models import Order
from payments.payment_context import PaymentContext, site_id
from payments.stripe.client import StripeRefusedError, StripeServerError, StripeUnavailableError
from payments.stripe.schemas import CreatedCheckoutSession

log = structlog.get_logger()
ABOUT_EMAIL = ("email_invalid", "customer_email")


def open_checkout_session(context: PaymentContext, order: Order, email: str | None) -> str:
    """Create the order's Checkout Session. Returns the URL of its hosted page.

    The order is committed before, and no transaction is open while Stripe is asked. The idempotency key is the
    order's.

    Raises `StripeUnavailableError`: a retry gets the same session, or a new order if Stripe has stored an error under
    this key; `StripeRefusedError`, and then the order has failed and the operator is told.
    """
    with context.db.read() as session:
        is_gift = gifts.gift_of(session, order) is not None
        params = checkout_session_params(context.settings, order, site_id(session), email, is_gift=is_gift)
    try:
        created = _create(context, params, f"carrel-order-{order.reference}")
    except StripeRefusedError as error:
        with context.db.write() as session:
            orders.mark_failed(session, order.id)
            alarms.raise_alarm(session, *_refused_alarm(order, error))
        raise
    except StripeServerError as error:
        if error.is_stored:
            with context.db.write() as session:
                orders.mark_failed(session, order.id)
        raise
    with context.db.write() as session:
        row = session.get_one(Order, order.id)
        row.checkout_session_id = created.id
        row.price_id = created.line_items.data[0].price.id if created.line_items.data[0].price else None
    return created.url


def close_superseded(context: PaymentContext, order: Order) -> str | None:
    """Expire the sessions of the reader's earlier orders, so that nobody pays in two tabs.

    Returns the id of one in which the reader has paid meanwhile: then there is nothing more to pay.
    """
    with context.db.read() as session:
        superseded = orders.superseded_sessions(session, order)
    for checkout_session_id in superseded:
        try:
            context.stripe.expire_checkout_session(checkout_session_id)
            with context.db.write() as session:
                orders.mark_expired(session, checkout_session_id)
        except StripeRefusedError:  # it is not open any more
            if fulfill(context, checkout_session_id).state in {"paid", "pending"}:
                return checkout_session_id
        except StripeUnavailableError as failure:  # a second payment would be refunded
            log.warning("session not expired", session_id=checkout_session_id, failure=str(failure))
    return None


def success_path(session_id: str) -> str:
    """The page to which Checkout returns the buyer of this session."""
    return f"{SUCCESS_PATH}?{urlencode({'session': session_id})}"


def _create(context: PaymentContext, params: SessionCreateParams, key: str) -> CreatedCheckoutSession:
    """Create the session; without the account's address, which the buyer then types, if Stripe cannot use it."""
    try:
        return context.stripe.create_checkout_session(params, key)
    except StripeRefusedError as error:
        if "customer_email" not in params or not {error.code, error.param}.intersection(ABOUT_EMAIL):
            raise
        log.warning("address refused by Stripe", order=params["client_reference_id"], failure=str(error))
    without_email = params.copy()
    del without_email["customer_email"]
    return context.stripe.create_checkout_session(without_email, f"{key}-without-email")


def _refused_alarm(order: Order, error: StripeRefusedError) -> tuple[str, str, str]:
    said = f" Stripe says: {error.message[:500]}" if error.message and error.param != "customer_email" else ""
    return (
        f"checkout-refused:{error.code}:{error.param}"[:80],
        "Stripe does not open the payment page",
        f"Order {order.reference}: {error.code}{f', parameter {error.param}' if error.param else ''}.{said} "
        "Nobody can buy until this is fixed. Check the pass settings, and the account in Stripe's "
        "dashboard. docs/stripe.md",
    )
