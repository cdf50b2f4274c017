"""API keys: secret ones may do everything, restricted ones what they were given (docs.stripe.com/keys)."""

from __future__ import annotations

from flask import request

from website.demo.fake_stripe.errors import ApiError, unauthorized

ACCOUNT_ID = "acct_standin"
_RESOURCES = {
    "/v1/account": ("accounts_kyc_basic", "Basic Business Contact Information"),
    "/v1/balance_transactions": ("balance_transaction_source", "Balance Transaction Sources"),
    "/v1/charges": ("charge", "Charges and Refunds"),
    "/v1/checkout/sessions": ("checkout_session", "Checkout Sessions"),
    "/v1/disputes": ("dispute", "Disputes"),
    "/v1/events": ("event", "Events"),
    "/v1/payment_intents": ("payment_intent", "PaymentIntents"),
    "/v1/radar/early_fraud_warnings": ("early_fraud_warning", "Early Fraud Warnings"),
    "/v1/refunds": ("charge", "Charges and Refunds"),
    "/v1/tax/settings": ("tax_settings", "Tax Settings"),
    "/v1/webhook_endpoints": ("webhook", "Webhook Endpoints"),
}
_IMPLIED = {"payment_intent_read": "checkout_session_read"}


class ApiKeys:
    """The keys of the account. Permissions are named as in Stripe's messages: ``charge_write``."""

    def __init__(self, secret_key: str) -> None:
        self._keys: dict[str, frozenset[str] | None] = {secret_key: None}

    def restrict(self, key: str, *permissions: str) -> str:
        """Make a restricted key, or change the permissions of one. Returns the key."""
        self._keys[key] = frozenset(permissions)
        return key

    def revoke(self, key: str) -> None:
        """From now on nobody is let in by this key."""
        self._keys.pop(key, None)

    def check(self) -> None:
        """Let the request in, or not. Accepts Bearer and Basic authentication, like Stripe.

        Raises ApiError 401, for any live key too, and 403 when a permission is missing.
        """
        auth = request.authorization
        sent = (auth.token or auth.username) if auth else None
        if not sent:
            raise unauthorized("You did not provide an API key in the Authorization header.")
        if sent not in self._keys or "_test_" not in sent:
            raise unauthorized(f"Invalid API Key provided: {sent[:8] if len(sent) > 16 else ''}***")
        permissions = self._keys[sent]
        if permissions is not None:
            _check_permission(sent, permissions)


def _check_permission(key: str, permissions: frozenset[str]) -> None:
    path = next((path for path in _RESOURCES if f"{request.path}/".startswith(f"{path}/")), "")
    slug, name = _RESOURCES.get(path, ("unknown", "Unknown"))
    level = "Read" if request.method == "GET" else "Write"
    needed = f"{slug}_{level.lower()}"
    if not _allowed(needed, permissions):
        raise ApiError(
            f"Permission denied. The provided key '{key[:8]}...{key[-6:]}' does not have the required permissions "
            f"for this endpoint on account '{ACCOUNT_ID}'. Enabling {name} {level} ('{needed}') permissions on this "
            "key would allow this request to continue. You can edit permissions at "
            f"https://dashboard.stripe.com/b/{ACCOUNT_ID}?destination=%2Fapikeys",
            status=403,
            code="more_permissions_required",
        )


def _allowed(needed: str, permissions: frozenset[str]) -> bool:
    names = {needed, needed.replace("_read", "_write")}
    return bool(names & permissions) or (needed in _IMPLIED and _allowed(_IMPLIED[needed], permissions))
