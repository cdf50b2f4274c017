"""Stripe's events: which types we handle, and what we store of each.

An event only says which object has changed; its state is retrieved from Stripe, because events arrive in no
particular order (https://docs.stripe.com/webhooks#even-ordering). So we store ids and our own metadata, and
nothing about the buyer.
"""

import json
import re
from typing import Any, Final

from pydantic import StrictBool, StrictInt, StrictStr

from payments.stripe.metadata import ORDER_KEY, SITE_KEY
from payments.stripe.schemas import StripeSchema, parse

CHECKOUT_SESSION_EVENTS: Final = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
    }
)
PAYMENT_EVENTS: Final = frozenset(
    {
        "charge.refunded",
        "charge.refund.updated",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    }
)
FRAUD_WARNING_EVENTS: Final = frozenset(
    {"radar.early_fraud_warning.created", "radar.early_fraud_warning.updated"}
)
HANDLED_EVENTS: Final = CHECKOUT_SESSION_EVENTS | PAYMENT_EVENTS | FRAUD_WARNING_EVENTS
ID_PATTERN = re.compile(r"[A-Za-z0-9_]{1,255}")


class MalformedEventError(Exception):
    """A signed event that is no JSON object or has malformed ids: rejected, and nothing is written."""


class EventObject(StripeSchema):
    """The object that has changed."""

    id: StrictStr
    object: StrictStr
    payment_intent: StrictStr | None = None
    client_reference_id: StrictStr | None = None
    metadata: dict[str, str] | None = None


class EventData(StripeSchema):
    """The event's `data`, which wraps the object."""

    object: EventObject


class Event(StripeSchema):
    """An event of a type that we handle."""

    id: StrictStr
    type: StrictStr
    created: StrictInt
    livemode: StrictBool
    api_version: StrictStr | None = None
    data: EventData

    def stored_body(self) -> dict[str, object]:
        """What the inbox stores."""
        obj = self.data.object
        our_metadata = {
            name: value for name, value in (obj.metadata or {}).items() if name in {ORDER_KEY, SITE_KEY}
        }
        return {
            "id": obj.id,
            "object": obj.object,
            "payment_intent": obj.payment_intent,
            "reference": obj.client_reference_id,
            "marks": our_metadata,
            "api_version": self.api_version,
        }


class EventEnvelope(StripeSchema):
    """The fields that every event has, whatever its type."""

    id: StrictStr
    type: StrictStr
    livemode: StrictBool


def parse_envelope(body: bytes) -> tuple[EventEnvelope, dict[str, Any]]:
    """The envelope and the whole payload. Raises `MalformedEventError`, `StripeResponseError`."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedEventError from None
    if not isinstance(payload, dict):
        raise MalformedEventError
    envelope = parse(EventEnvelope, payload)
    if not ID_PATTERN.fullmatch(envelope.id):
        raise MalformedEventError
    return envelope, payload


def parse_event(payload: dict[str, Any]) -> Event:
    """An event of a type that we handle. Raises `StripeResponseError`, `MalformedEventError`."""
    event = parse(Event, payload)
    obj = event.data.object
    for stripe_id in (obj.id, obj.object, obj.payment_intent):
        if stripe_id is not None and not ID_PATTERN.fullmatch(stripe_id.replace(".", "_")):
            raise MalformedEventError
    return event
