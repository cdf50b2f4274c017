"""The permissions of a restricted key: what Stripe calls them, and what it says when one is missing.

A permission has a name in the dashboard's form for keys (`Checkout Sessions`, `Write`) and a name in Stripe's
messages (`checkout_session_write`, with `rak_` before it in older ones):
https://docs.stripe.com/keys/restricted-api-keys, https://docs.stripe.com/stripe-apps/reference/permissions.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

NEWER = re.compile(r"Enabling [\"']?([^\"'(]+?)[\"']? \('(?:rak_)?([a-z_]+)'\)")
OLDER = re.compile(r"Having the '(?:rak_)?([a-z_]+)' permission")
KEY = re.compile(r"\b[sr]k_(?:test|live)_[\w*.…]+")


@dataclass(frozen=True)
class Permission:
    """A permission, and what we do with it."""

    resource: str  # as the dashboard names it
    level: str  # Read, or Write, which includes reading
    slug: str  # as messages name it
    use: str
    optional: bool = False

    def __str__(self) -> str:
        return f"{self.resource}: {self.level}"


CHECKOUT: Final = Permission(
    "Checkout Sessions", "Write", "checkout_session_write", "to open the payment page"
)
REFUNDS: Final = Permission("Charges and Refunds", "Write", "charge_write", "to refund")
INTENTS: Final = Permission("PaymentIntents", "Read", "payment_intent_read", "to find a refund's order")
DISPUTES: Final = Permission("Disputes", "Read", "dispute_read", "to end a pass that was charged back")
EVENTS: Final = Permission("Events", "Read", "event_read", "to fetch events that did not arrive")
WEBHOOKS: Final = Permission(
    "Webhook Endpoints", "Write", "webhook_write", "to make the webhook; after that Read is enough"
)
BALANCE: Final = Permission(
    "Balance Transaction Sources",
    "Read",
    "balance_transaction_source_read",
    "for the accounts by month, with Stripe's fees",
)
FRAUD: Final = Permission(
    "Early Fraud Warnings", "Read", "early_fraud_warning_read", "to refund before a warning becomes a dispute"
)
ACCOUNT: Final = Permission(
    "Accounts", "Read", "accounts_kyc_basic_read", "to see whether you may take payments", optional=True
)
TAX: Final = Permission("Tax Settings", "Read", "tax_settings_read", "with PASS_TAX", optional=True)
PERMISSIONS: Final = (CHECKOUT, REFUNDS, INTENTS, DISPUTES, EVENTS, BALANCE, FRAUD, WEBHOOKS, ACCOUNT, TAX)
BY_SLUG: Final = {permission.slug: permission for permission in PERMISSIONS}


def missing_permission(message: str) -> str:
    """The permission that a refusal names, as `Checkout Sessions: Write`; empty when it names none."""
    if newer := NEWER.search(message):
        return str(BY_SLUG.get(newer[2]) or _named(newer[1]))
    if older := OLDER.search(message):
        return str(BY_SLUG.get(older[1]) or _named(older[1].replace("_", " ")))
    return ""


def without_keys(message: str) -> str:
    """A message of Stripe's without the key that it quotes in part."""
    return KEY.sub("…", message)


def new_key_url(*, test: bool) -> str:
    """The dashboard's form for a restricted key, with our permissions chosen."""
    chosen = [("permissions[]", f"rak_{permission.slug}") for permission in PERMISSIONS]
    path = "test/apikeys/create" if test else "apikeys/create"
    return f"https://dashboard.stripe.com/{path}?{urlencode([('name', 'Carrel'), *chosen])}"


def _named(words: str) -> str:
    resource, _, level = words.strip().rpartition(" ")
    return f"{resource}: {level.capitalize()}" if resource else words
