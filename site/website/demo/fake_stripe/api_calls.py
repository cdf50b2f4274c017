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

Handler = Callable[[AccountState, str, Json], Json]


@dataclass(frozen=True)
class ApiMethod:
    """``{id}`` in the rule is handed to the verb; ``params`` is one of the library's TypedDicts."""

    method: str
    rule: str
    params: Any
    verb: Handler


_SESSIONS = "/v1/checkout/sessions"

API_METHODS = (
    ApiMethod("POST", _SESSIONS, c.SessionCreateParams, sessions.create),
    ApiMethod("GET", _SESSIONS, c.SessionListParams, sessions.listing),
    ApiMethod("GET", f"{_SESSIONS}/<ident>", c.SessionRetrieveParams, sessions.retrieve),
    ApiMethod("POST", f"{_SESSIONS}/<ident>/expire", c.SessionExpireParams, sessions.expire),
    ApiMethod("GET", f"{_SESSIONS}/<ident>/line_items", c.SessionLineItemListParams, sessions.line_items),
    ApiMethod("GET", "/v1/payment_intents", p.PaymentIntentListParams, charges.list_intents),
    ApiMethod("GET", "/v1/payment_intents/<ident>", p.PaymentIntentRetrieveParams, charges.retrieve_intent),
    ApiMethod("GET", "/v1/charges", p.ChargeListParams, charges.list_charges),
    ApiMethod("GET", "/v1/charges/<ident>", p.ChargeRetrieveParams, charges.retrieve_charge),
    ApiMethod("POST", "/v1/refunds", p.RefundCreateParams, refunds.create),
    ApiMethod("GET", "/v1/refunds", p.RefundListParams, refunds.listing),
    ApiMethod("GET", "/v1/refunds/<ident>", p.RefundRetrieveParams, refunds.retrieve),
    ApiMethod("GET", "/v1/disputes", p.DisputeListParams, disputes.listing),
    ApiMethod("GET", "/v1/disputes/<ident>", p.DisputeRetrieveParams, disputes.retrieve),
    ApiMethod("GET", "/v1/events", p.EventListParams, events.listing),
    ApiMethod("GET", "/v1/events/<ident>", p.EventRetrieveParams, events.retrieve),
    ApiMethod("POST", "/v1/webhook_endpoints", p.WebhookEndpointCreateParams, endpoints.create),
    ApiMethod("GET", "/v1/webhook_endpoints", p.WebhookEndpointListParams, endpoints.listing),
    ApiMethod("GET", "/v1/webhook_endpoints/<ident>", p.WebhookEndpointRetrieveParams, endpoints.retrieve),
    ApiMethod("DELETE", "/v1/webhook_endpoints/<ident>", p.WebhookEndpointDeleteParams, endpoints.delete),
)
