"""Opening a Checkout Session for an order (https://docs.stripe.com/api/checkout/sessions/create)."""

from typing import Any
from urllib.parse import urlencode

from carrel.settings import Settings
from payments.checkout import orders
from payments.models import Order
from payments.payment_context import PaymentContext, site_id
from payments.stripe.client import StripeRefusedError
from payments.stripe.metadata import ORDER_KEY, SITE_KEY

THANKS = "/pass/thanks"


def open_session(shop: PaymentContext, order: Order, email: str | None) -> str:
    """The address of the hosted page where this order is paid.

    The order is committed before and Stripe asked outside any transaction, with a key from the order's
    row: asked again, it answers with the same session. Raises `StripeUnavailableError`; `StripeRefusedError` ends the order.
    """
    with shop.db.read() as session:
        site = site_id(session)
    params = parameters(shop.settings, order, site, email)
    try:
        opened = shop.stripe.create_session(params, f"carrel-order-{order.reference}")
    except StripeRefusedError:
        with shop.db.write() as session:
            orders.give_up(session, order.id)
        raise
    with shop.db.write() as session:
        row = session.get_one(Order, order.id)
        row.checkout_session_id = opened.id
        row.price_id = opened.line_items.data[0].price.id if opened.line_items.data[0].price else None
    return opened.url


def parameters(settings: Settings, order: Order, site: str, email: str | None) -> dict[str, Any]:
    """What Stripe is asked for: all of it from the order and the settings, nothing from the visitor."""
    marks = {ORDER_KEY: order.reference, SITE_KEY: site}
    params: dict[str, Any] = {
        "mode": "payment",
        "client_reference_id": order.reference,
        "metadata": marks,
        "payment_intent_data": {"metadata": marks, "description": order.title},
        "line_items": [_item(settings, order)],
        "success_url": f"{settings.base_url}{THANKS}?session={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{settings.base_url}{order.return_to}",
        "expires_at": int(order.expires_at.timestamp()),
        # The buyer pays the sum that the offer named, in its currency.
        "adaptive_pricing": {"enabled": False},
        "expand": ["line_items"],
    }
    if settings.pass_payment_methods:  # else what the operator chose in Stripe's dashboard
        params["allowed_payment_method_types"] = list(settings.pass_payment_methods)
    if email:
        params["customer_email"] = email
    if settings.pass_promotion_codes:
        params["allow_promotion_codes"] = True
    if settings.pass_tax:
        params["automatic_tax"] = {"enabled": True}
    return params


def thanks_path(session_id: str) -> str:
    """Our page for whoever comes back from that session."""
    return f"{THANKS}?{urlencode({'session': session_id})}"


def _item(settings: Settings, order: Order) -> dict[str, Any]:
    price = {
        "currency": order.currency,
        "unit_amount": order.price_cents,
        "product_data": {"name": order.title},
    }
    if settings.pass_tax:
        price["tax_behavior"] = settings.pass_tax
    return {"quantity": 1, "price_data": price}
