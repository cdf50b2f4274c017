"""Creating the Checkout Session of an order (https://docs.stripe.com/api/checkout/sessions/create)."""

from urllib.parse import urlencode

from stripe.params.checkout import (
    SessionCreateParams,
    SessionCreateParamsLineItem,
    SessionCreateParamsLineItemPriceData,
)

from carrel.settings import Settings
from payments.checkout import orders
from payments.models import Order
from payments.payment_context import PaymentContext, site_id
from payments.stripe.client import StripeRefusedError
from payments.stripe.metadata import ORDER_KEY, SITE_KEY

SUCCESS_PATH = "/pass/thanks"


def open_checkout_session(context: PaymentContext, order: Order, email: str | None) -> str:
    """Create the order's Checkout Session. Returns the URL of its hosted page.

    The order is committed before, and no transaction is open while Stripe is asked. The idempotency key is the
    order's: a retry gets the same session.

    Raises `StripeUnavailableError`; `StripeRefusedError`, and then the order has failed.
    """
    with context.db.read() as session:
        our_site = site_id(session)
    params = checkout_session_params(context.settings, order, our_site, email)
    try:
        created = context.stripe.create_checkout_session(params, f"carrel-order-{order.reference}")
    except StripeRefusedError:
        with context.db.write() as session:
            orders.mark_failed(session, order.id)
        raise
    with context.db.write() as session:
        row = session.get_one(Order, order.id)
        row.checkout_session_id = created.id
        row.price_id = created.line_items.data[0].price.id if created.line_items.data[0].price else None
    return created.url


def checkout_session_params(
    settings: Settings, order: Order, site: str, email: str | None
) -> SessionCreateParams:
    """The request's parameters: all from the order and the settings, nothing from the visitor."""
    metadata = {ORDER_KEY: order.reference, SITE_KEY: site}
    params: SessionCreateParams = {
        "mode": "payment",
        "client_reference_id": order.reference,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata, "description": order.title},
        "line_items": [_line_item(settings, order)],
        "success_url": f"{settings.base_url}{SUCCESS_PATH}?session={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{settings.base_url}{order.return_to}",
        "expires_at": int(order.expires_at.timestamp()),
        # The buyer pays the advertised amount, in the advertised currency.
        "adaptive_pricing": {"enabled": False},
        "expand": ["line_items"],
    }
    if settings.pass_payment_methods:  # otherwise as configured in Stripe's dashboard
        params["allowed_payment_method_types"] = list(settings.pass_payment_methods)
    if email:
        params["customer_email"] = email
    if settings.pass_promotion_codes:
        params["allow_promotion_codes"] = True
    if settings.pass_tax:
        params["automatic_tax"] = {"enabled": True}
    return params


def success_path(session_id: str) -> str:
    """The page to which Checkout returns the buyer of this session."""
    return f"{SUCCESS_PATH}?{urlencode({'session': session_id})}"


def _line_item(settings: Settings, order: Order) -> SessionCreateParamsLineItem:
    price: SessionCreateParamsLineItemPriceData = {
        "currency": order.currency,
        "unit_amount": order.price_cents,
        "product_data": {"name": order.title},
    }
    if settings.pass_tax:
        price["tax_behavior"] = settings.pass_tax
    return {"quantity": 1, "price_data": price}
