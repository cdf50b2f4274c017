"""The API's methods: each with its route, its parameters, and its handler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe import params as p
from stripe.params import checkout as c
from stripe.params import radar as r
from stripe.params import tax as t

from website.demo.fake_stripe import (
    account_settings,
    balance,
    charges,
    checkout_sessions,
    disputes,
    events,
    fraud_warnings,
    refunds,
    webhook_endpoints,
)
from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.errors import Json

Handler = Callable[[AccountState, str, Json], Json]


@dataclass(frozen=True)
class ApiMethod:
    """``<object_id>`` in the rule is passed to the handler; ``params`` is one of the library's TypedDicts."""

    http_method: str
    rule: str
    params: Any
    handler: Handler


_SESSIONS = "/v1/checkout/sessions"
_ENDPOINTS = "/v1/webhook_endpoints"
_WARNINGS = "/v1/radar/early_fraud_warnings"

API_METHODS = (
    ApiMethod("POST", _SESSIONS, c.SessionCreateParams, checkout_sessions.create),
    ApiMethod("GET", _SESSIONS, c.SessionListParams, checkout_sessions.listing),
    ApiMethod("GET", f"{_SESSIONS}/<object_id>", c.SessionRetrieveParams, checkout_sessions.retrieve),
    ApiMethod("POST", f"{_SESSIONS}/<object_id>/expire", c.SessionExpireParams, checkout_sessions.expire),
    ApiMethod(
        "GET",
        f"{_SESSIONS}/<object_id>/line_items",
        c.SessionLineItemListParams,
        checkout_sessions.line_items,
    ),
    ApiMethod(
        "GET", "/v1/payment_intents/<object_id>", p.PaymentIntentRetrieveParams, charges.retrieve_intent
    ),
    ApiMethod("GET", "/v1/charges/<object_id>", p.ChargeRetrieveParams, charges.retrieve_charge),
    ApiMethod("POST", "/v1/refunds", p.RefundCreateParams, refunds.create),
    ApiMethod("GET", "/v1/refunds", p.RefundListParams, refunds.listing),
    ApiMethod("GET", "/v1/refunds/<object_id>", p.RefundRetrieveParams, refunds.retrieve),
    ApiMethod("GET", "/v1/disputes", p.DisputeListParams, disputes.listing),
    ApiMethod("GET", "/v1/disputes/<object_id>", p.DisputeRetrieveParams, disputes.retrieve),
    ApiMethod("GET", "/v1/balance_transactions", p.BalanceTransactionListParams, balance.listing),
    ApiMethod(
        "GET",
        "/v1/balance_transactions/<object_id>",
        p.BalanceTransactionRetrieveParams,
        balance.retrieve,
    ),
    ApiMethod("GET", _WARNINGS, r.EarlyFraudWarningListParams, fraud_warnings.listing),
    ApiMethod("GET", f"{_WARNINGS}/<object_id>", r.EarlyFraudWarningRetrieveParams, fraud_warnings.retrieve),
    ApiMethod("GET", "/v1/events", p.EventListParams, events.listing),
    ApiMethod("GET", "/v1/events/<object_id>", p.EventRetrieveParams, events.retrieve),
    ApiMethod("GET", "/v1/account", p.AccountRetrieveParams, account_settings.retrieve_account),
    ApiMethod("GET", "/v1/tax/settings", t.SettingsRetrieveParams, account_settings.retrieve_tax_settings),
    ApiMethod("POST", _ENDPOINTS, p.WebhookEndpointCreateParams, webhook_endpoints.create),
    ApiMethod("GET", _ENDPOINTS, p.WebhookEndpointListParams, webhook_endpoints.listing),
    ApiMethod(
        "GET", f"{_ENDPOINTS}/<object_id>", p.WebhookEndpointRetrieveParams, webhook_endpoints.retrieve
    ),
    ApiMethod("POST", f"{_ENDPOINTS}/<object_id>", p.WebhookEndpointUpdateParams, webhook_endpoints.update),
    ApiMethod("DELETE", f"{_ENDPOINTS}/<object_id>", p.WebhookEndpointDeleteParams, webhook_endpoints.delete),
)
