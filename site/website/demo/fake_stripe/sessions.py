"""Checkout Sessions: create, retrieve, list, expire (docs.stripe.com/api/checkout/sessions)."""

from __future__ import annotations

from urllib.parse import urlsplit

from website.demo.fake_stripe.account_state import AccountState, default_object
from website.demo.fake_stripe.errors import ApiError, Json, parameter_missing, resource_missing
from website.demo.fake_stripe.events import emit
from website.demo.fake_stripe.ids import new_id
from website.demo.fake_stripe.items import create_line_items
from website.demo.fake_stripe.listing import fields_equal, list_page
from website.demo.fake_stripe.money import check_minimum
from website.demo.fake_stripe.views import as_list

_MINUTES_30, _HOURS_24 = 30 * 60, 24 * 3600
# What the account takes where the shop does not say; the second is not paid at once.
_PAYMENT_METHODS = ("card", "us_bank_account")


def create(world: AccountState, ident: str, params: Json) -> Json:
    """POST /v1/checkout/sessions, mode ``payment`` on the hosted page.

    Raises ApiError for what Stripe refuses, and for the modes that the stand-in does not have.
    """
    _check(world, params)
    items = create_line_items(world, params)
    session = default_object("session")
    _echo(session, params)
    total = sum(item["amount_total"] for item in items)
    check_minimum(total, items[0]["currency"])
    session |= {
        "id": new_id("cs_test"),
        "amount_subtotal": total,
        "amount_total": total,
        "created": world.now(),
        "currency": items[0]["currency"],
        "expires_at": params.get("expires_at", world.now() + _HOURS_24),
        "_line_items": items,
        "_payment_intent_data": params.get("payment_intent_data", {}),
        "payment_method_types": _payment_methods(params),
    }
    if "customer_email" in params:
        session["customer_details"] = customer_details(params["customer_email"])
    session["url"] = f"{world.base_url}/pay/{session['id']}"
    return world.store.save(session)


def retrieve(world: AccountState, ident: str, params: Json) -> Json:
    """GET /v1/checkout/sessions/{id}"""
    return world.find("checkout.session", ident, "session")


def listing(world: AccountState, ident: str, params: Json) -> Json:
    """GET /v1/checkout/sessions"""
    email = params.get("customer_details", {}).get("email")
    matches = fields_equal(params, "customer", "payment_intent", "payment_link", "status", "subscription")

    def keep(session: Json) -> bool:
        paid_by = (session["customer_details"] or {}).get("email")
        return matches(session) and email in (None, paid_by)

    return list_page(world, "checkout.session", params, "/v1/checkout/sessions", keep)


def line_items(world: AccountState, ident: str, params: Json) -> Json:
    """GET /v1/checkout/sessions/{id}/line_items; a session here has few, so always one page."""
    items = world.find("checkout.session", ident, "session")["_line_items"]
    return as_list(items, f"/v1/checkout/sessions/{ident}/line_items")


def expire(world: AccountState, ident: str, params: Json) -> Json:
    """POST /v1/checkout/sessions/{id}/expire. Raises ApiError unless the session is open."""
    session = world.find("checkout.session", ident, "session")
    if session["status"] != "open":
        raise ApiError(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of {session['status']}."
        )
    return mark_expired(world, session)


def mark_expired(world: AccountState, session: Json) -> Json:
    """The session expires, by call or by the clock."""
    session |= {"status": "expired", "url": None}
    emit(world, "checkout.session.expired", world.store.save(session))
    return session


def expire_overdue(world: AccountState) -> None:
    """Every open session past its ``expires_at`` expires."""
    for session in world.store.all("checkout.session"):
        if session["status"] == "open" and session["expires_at"] <= world.now():
            mark_expired(world, session)


def set_base_url(world: AccountState, base_url: str) -> None:
    """We are served somewhere else now: the addresses of open sessions and receipts follow."""
    world.base_url = base_url
    for session in world.store.all("checkout.session"):
        if session["status"] == "open":
            world.store.save(session | {"url": f"{base_url}/pay/{session['id']}"})
    for charge in world.store.all("charge"):
        if charge["receipt_url"]:
            world.store.save(charge | {"receipt_url": f"{base_url}/receipts/{charge['id']}"})


def customer_details(email: str, name: str | None = None) -> Json:
    """Who pays, as the session shows it."""
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


def _echo(session: Json, params: Json) -> None:
    """The session shows what was sent; objects are laid over their resting values."""
    for name, value in params.items():
        if isinstance(session.get(name), dict):
            session[name] |= value
        elif name in session:
            session[name] = value


def _payment_methods(params: Json) -> list[str]:
    allowed = params.get("allowed_payment_method_types", _PAYMENT_METHODS)
    return [kind for kind in allowed if kind not in params.get("excluded_payment_method_types", ())]


def _check(world: AccountState, params: Json) -> None:
    for name in ("mode", "line_items", "success_url"):
        if not params.get(name):
            raise parameter_missing(name)
    if params["mode"] != "payment" or params.get("ui_mode", "hosted_page") != "hosted_page":
        raise ApiError("This stand-in has mode=payment on the hosted page only.", param="mode")
    if "customer" in params:
        raise resource_missing("customer", params["customer"], "customer", status=400)
    if "discounts" in params:
        raise resource_missing("coupon", str(params["discounts"]), "discounts", status=400)
    for name in ("success_url", "cancel_url"):
        _check_url(params, name)
    _check_metadata(params)
    _check_expiry(world, params)


def _check_url(params: Json, name: str) -> None:
    url = urlsplit(params.get(name, "https://example.com"))
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ApiError("Not a valid URL", code="url_invalid", param=name)


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


def _check_expiry(world: AccountState, params: Json) -> None:
    lasts = params.get("expires_at", world.now() + _HOURS_24) - world.now()
    if lasts < _MINUTES_30:
        raise _bad_expiry("at least 30 minutes")
    if lasts > _HOURS_24:
        raise _bad_expiry("less than 24 hours")


def _bad_expiry(rule: str) -> ApiError:
    return ApiError(
        f"The `expires_at` timestamp must be {rule} from Checkout Session creation.",
        param="expires_at",
    )
