"""Checkout Sessions: create, retrieve, list, expire (docs.stripe.com/api/checkout/sessions)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from website.demo.fake_stripe.account_state import AccountState, default_object
from website.demo.fake_stripe.errors import ApiError, Json, parameter_missing, resource_missing
from website.demo.fake_stripe.events import emit
from website.demo.fake_stripe.ids import new_id
from website.demo.fake_stripe.items import create_line_items
from website.demo.fake_stripe.money import check_minimum
from website.demo.fake_stripe.pagination import fields_equal, list_page
from website.demo.fake_stripe.serialization import as_list

_EMAIL = re.compile(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+")
_MINUTES_30, _HOURS_24 = 30 * 60, 24 * 3600
# The account's default payment methods; the second one is confirmed later.
_PAYMENT_METHODS = ("card", "us_bank_account")


def create(account: AccountState, object_id: str, params: Json) -> Json:
    """POST /v1/checkout/sessions, mode ``payment`` on the hosted page.

    Raises ApiError for what Stripe refuses, and for modes that this fake does not support.
    """
    _check(account, params)
    items = create_line_items(account, params)
    checkout_session = default_object("session")
    # docs.stripe.com/tax/checkout/automatic-tax-default: only for requests that do not say it.
    checkout_session["automatic_tax"]["enabled"] = account.taxes_by_default
    _copy_params(checkout_session, params)
    total = sum(item["amount_total"] for item in items)
    check_minimum(total, items[0]["currency"])
    allowed = params.get("allowed_payment_method_types", _PAYMENT_METHODS)
    excluded = params.get("excluded_payment_method_types", ())
    checkout_session |= {
        "id": new_id("cs_test"),
        "amount_subtotal": total,
        "amount_total": total,
        "created": account.now(),
        "currency": items[0]["currency"],
        "expires_at": params.get("expires_at", account.now() + _HOURS_24),
        "_line_items": items,
        "_payment_intent_data": params.get("payment_intent_data", {}),
        "payment_method_types": [method for method in allowed if method not in excluded],
    }
    if "customer_email" in params:
        checkout_session["customer_details"] = customer_details(params["customer_email"])
    checkout_session["url"] = f"{account.base_url}/pay/{checkout_session['id']}"
    return account.store.save(checkout_session)


def retrieve(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/checkout/sessions/{id}"""
    return account.find("checkout.session", object_id, "session")


def listing(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/checkout/sessions"""
    email = params.get("customer_details", {}).get("email")
    matches = fields_equal(params, "customer", "payment_intent", "payment_link", "status", "subscription")

    def keep(checkout_session: Json) -> bool:
        buyer_email = (checkout_session["customer_details"] or {}).get("email")
        return matches(checkout_session) and email in (None, buyer_email)

    return list_page(account, "checkout.session", params, "/v1/checkout/sessions", keep)


def line_items(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/checkout/sessions/{id}/line_items, always as one page"""
    items = account.find("checkout.session", object_id, "session")["_line_items"]
    return as_list(items, f"/v1/checkout/sessions/{object_id}/line_items")


def expire(account: AccountState, object_id: str, params: Json) -> Json:
    """POST /v1/checkout/sessions/{id}/expire. Raises ApiError unless the session is open."""
    checkout_session = account.find("checkout.session", object_id, "session")
    if checkout_session["status"] != "open":
        raise ApiError(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of {checkout_session['status']}."
        )
    return mark_expired(account, checkout_session)


def mark_expired(account: AccountState, checkout_session: Json) -> Json:
    """Expire the session, by request or because it is due."""
    checkout_session |= {"status": "expired", "url": None}
    emit(account, "checkout.session.expired", account.store.save(checkout_session))
    return checkout_session


def expire_overdue(account: AccountState) -> None:
    """Expire every open session past its ``expires_at``."""
    for checkout_session in account.store.all("checkout.session"):
        if checkout_session["status"] == "open" and checkout_session["expires_at"] <= account.now():
            mark_expired(account, checkout_session)


def set_base_url(account: AccountState, base_url: str) -> None:
    """The app is served at another URL: update those of open sessions and receipts."""
    account.base_url = base_url
    for checkout_session in account.store.all("checkout.session"):
        if checkout_session["status"] == "open":
            account.store.save(checkout_session | {"url": f"{base_url}/pay/{checkout_session['id']}"})
    for charge in account.store.all("charge"):
        if charge["receipt_url"]:
            account.store.save(charge | {"receipt_url": f"{base_url}/receipts/{charge['id']}"})


def customer_details(email: str, name: str | None = None) -> Json:
    """The session's ``customer_details``."""
    address = dict.fromkeys(("city", "line1", "line2", "postal_code", "state"))
    return {
        "address": address | {"country": "US"},
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def _copy_params(checkout_session: Json, params: Json) -> None:
    """Copy the parameters that a session shows; objects are merged into their defaults."""
    for name, value in params.items():
        if isinstance(checkout_session.get(name), dict):
            checkout_session[name] |= value
        elif name in checkout_session:
            checkout_session[name] = value


def _check(account: AccountState, params: Json) -> None:
    for name in ("mode", "line_items", "success_url"):
        if not params.get(name):
            raise parameter_missing(name)
    if params["mode"] != "payment" or params.get("ui_mode", "hosted_page") != "hosted_page":
        raise ApiError("The fake Stripe supports only mode=payment on the hosted page.", param="mode")
    if "customer" in params:
        raise resource_missing("customer", params["customer"], "customer", status=400)
    if "discounts" in params:
        raise resource_missing("coupon", str(params["discounts"]), "discounts", status=400)
    for name in ("success_url", "cancel_url"):
        _check_url(params, name)
    _check_email(params)
    _check_metadata(params)
    _check_expiry(account, params)


def _check_url(params: Json, name: str) -> None:
    url = urlsplit(params.get(name, "https://example.com"))
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ApiError("Not a valid URL", code="url_invalid", param=name)


def _check_email(params: Json) -> None:
    email = params.get("customer_email", "")
    if email and not _EMAIL.fullmatch(email):
        raise ApiError(f"Invalid email address: {email}", code="email_invalid", param="customer_email")


def _check_metadata(params: Json) -> None:
    if len(params.get("client_reference_id", "")) > 200:
        raise ApiError("client_reference_id is limited to 200 characters.", param="client_reference_id")
    pairs = params.get("metadata", {}) | params.get("payment_intent_data", {}).get("metadata", {})
    if len(pairs) > 50:
        raise ApiError("Metadata may have up to 50 keys.", param="metadata")
    for name, value in pairs.items():
        if len(name) > 40 or len(value) > 500:
            raise ApiError(
                "Metadata keys have up to 40 characters, values up to 500.",
                param=f"metadata[{name}]",
            )


def _check_expiry(account: AccountState, params: Json) -> None:
    lifetime = params.get("expires_at", account.now() + _HOURS_24) - account.now()
    if lifetime < _MINUTES_30:
        raise _expiry_error("at least 30 minutes")
    if lifetime > _HOURS_24:
        raise _expiry_error("less than 24 hours")


def _expiry_error(rule: str) -> ApiError:
    return ApiError(
        f"The `expires_at` timestamp must be {rule} from Checkout Session creation.",
        param="expires_at",
    )
