"""The parameters of an order's Checkout Session (https://docs.stripe.com/api/checkout/sessions/create)."""

import hashlib
import json

from stripe.params.checkout import (
    SessionCreateParams,
    SessionCreateParamsLineItem,
    SessionCreateParamsLineItemPriceData,
    SessionCreateParamsPaymentIntentData,
)

from carrel.settings import Settings
from payments.models import Order
from payments.stripe.metadata import ORDER_KEY, SITE_KEY

SUCCESS_PATH = "/pass/thanks"


def checkout_session_params(
    settings: Settings, order: Order, site: str, email: str | None, *, is_gift: bool = False
) -> SessionCreateParams:
    """The request's parameters: from the order, the settings, and the account's address; nothing from the request."""
    params: SessionCreateParams = {
        "mode": "payment",
        "client_reference_id": order.reference,
        "metadata": {ORDER_KEY: order.reference, SITE_KEY: site},
        "payment_intent_data": _payment(settings, order, site),
        "line_items": [_line_item(settings, order)],
        "success_url": f"{settings.base_url}{SUCCESS_PATH}?session={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{settings.base_url}{order.return_to}",
        "expires_at": int(order.expires_at.timestamp()),
        # The buyer pays the advertised amount, in the advertised currency.
        "adaptive_pricing": {"enabled": False},
        # Always said: otherwise the default of the Stripe account may add tax to the advertised amount.
        "automatic_tax": {"enabled": bool(settings.pass_tax)},
        "expand": ["line_items"],
    }
    if settings.pass_payment_methods:  # otherwise as configured in Stripe's dashboard
        params["allowed_payment_method_types"] = list(settings.pass_payment_methods)
    if email:
        params["customer_email"] = email
    if settings.pass_promotion_codes:
        params["allow_promotion_codes"] = True
    return params | _asked_of_the_buyer(settings, is_gift=is_gift)


def _asked_of_the_buyer(settings: Settings, *, is_gift: bool) -> SessionCreateParams:
    """What the payment page asks beside the payment itself, by the operator's choice.

    A gift's pass does not begin at once, so its buyer is not asked to agree to that.
    """
    params: SessionCreateParams = {}
    if settings.pass_invoices:
        params["invoice_creation"] = {"enabled": True}
    if settings.pass_tax_ids:
        params["tax_id_collection"] = {"enabled": True}
    if settings.pass_billing_address:
        params["billing_address_collection"] = "required"
    if settings.pass_withdrawal_consent and not is_gift:
        params["consent_collection"] = {"terms_of_service": "required"}
        params["custom_text"] = {"terms_of_service_acceptance": {"message": consent_text(settings)}}
    return params


def consent_text(settings: Settings) -> str:
    """What a buyer agrees to, as Stripe's Markdown: Directive 2011/83/EU, article 16 (m), asks for both parts."""
    refund = (
        f" The refund within {settings.refund_days} days that {settings.site_name} offers voluntarily still applies."
        if settings.refund_days
        else ""
    )
    return (
        f"I agree to the [terms]({settings.base_url}/terms/). I want the pass to begin at once, and I know that I "
        f"lose my legal right of withdrawal when it does.{refund}"
    )


def parameters_hash(params: SessionCreateParams) -> str:
    """Stripe refuses an idempotency key that comes with other parameters than the first time: this tells them apart."""
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()


def _payment(settings: Settings, order: Order, site: str) -> SessionCreateParamsPaymentIntentData:
    payment: SessionCreateParamsPaymentIntentData = {
        "metadata": {ORDER_KEY: order.reference, SITE_KEY: site},
        "description": order.title,
    }
    if settings.pass_statement_suffix:
        payment["statement_descriptor_suffix"] = settings.pass_statement_suffix
    return payment


def _line_item(settings: Settings, order: Order) -> SessionCreateParamsLineItem:
    price: SessionCreateParamsLineItemPriceData = {
        "currency": order.currency,
        "unit_amount": order.price_cents,
        "product_data": {"name": order.title},
    }
    if settings.pass_tax:
        price["tax_behavior"] = settings.pass_tax
    if settings.pass_tax_code:
        price["product_data"]["tax_code"] = settings.pass_tax_code
    return {"quantity": 1, "price_data": price}
