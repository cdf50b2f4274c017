"""The table of the API: which call has which parameters and does what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe import params as p
from stripe.params import checkout as c

from website.demo.fake_stripe import charges, disputes, endpoints, events, refunds, sessions
from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.errors import Json

Verb = Callable[[AccountState, str, Json], Json]


@dataclass(frozen=True)
class Endpoint:
    """``{id}`` in the rule is handed to the verb; ``params`` is one of the library's TypedDicts."""

    method: str
    rule: str
    params: Any
    verb: Verb


_SESSIONS = "/v1/checkout/sessions"

ENDPOINTS = (
    Endpoint("POST", _SESSIONS, c.SessionCreateParams, sessions.create),
    Endpoint("GET", _SESSIONS, c.SessionListParams, sessions.listing),
    Endpoint("GET", f"{_SESSIONS}/<ident>", c.SessionRetrieveParams, sessions.retrieve),
    Endpoint("POST", f"{_SESSIONS}/<ident>/expire", c.SessionExpireParams, sessions.expire),
    Endpoint("GET", f"{_SESSIONS}/<ident>/line_items", c.SessionLineItemListParams, sessions.line_items),
    Endpoint("GET", "/v1/payment_intents", p.PaymentIntentListParams, charges.list_intents),
    Endpoint("GET", "/v1/payment_intents/<ident>", p.PaymentIntentRetrieveParams, charges.retrieve_intent),
    Endpoint("GET", "/v1/charges", p.ChargeListParams, charges.list_charges),
    Endpoint("GET", "/v1/charges/<ident>", p.ChargeRetrieveParams, charges.retrieve_charge),
    Endpoint("POST", "/v1/refunds", p.RefundCreateParams, refunds.create),
    Endpoint("GET", "/v1/refunds", p.RefundListParams, refunds.listing),
    Endpoint("GET", "/v1/refunds/<ident>", p.RefundRetrieveParams, refunds.retrieve),
    Endpoint("GET", "/v1/disputes", p.DisputeListParams, disputes.listing),
    Endpoint("GET", "/v1/disputes/<ident>", p.DisputeRetrieveParams, disputes.retrieve),
    Endpoint("GET", "/v1/events", p.EventListParams, events.listing),
    Endpoint("GET", "/v1/events/<ident>", p.EventRetrieveParams, events.retrieve),
    Endpoint("POST", "/v1/webhook_endpoints", p.WebhookEndpointCreateParams, endpoints.create),
    Endpoint("GET", "/v1/webhook_endpoints", p.WebhookEndpointListParams, endpoints.listing),
    Endpoint("GET", "/v1/webhook_endpoints/<ident>", p.WebhookEndpointRetrieveParams, endpoints.retrieve),
    Endpoint("DELETE", "/v1/webhook_endpoints/<ident>", p.WebhookEndpointDeleteParams, endpoints.delete),
)
