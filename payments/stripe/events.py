"""Stripe's events: which types we handle, and what we store of each.

An event only says which object has changed; its state is retrieved from Stripe, because events arrive in no
particular order (https://docs.stripe.com/webhooks#even-ordering). So we store ids and our own metadata, and
nothing about the buyer.

Stripe sends two kinds, by the choice made for the endpoint. A snapshot event carries the object as it was. A thin
event (`v1.checkout.session.completed`) carries only its kind and id, in `related_object`:
https://docs.stripe.com/events/how-events-work
"""

import json
import re
from datetime import datetime
from typing import Any, Final, Literal

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
THIN: Final = "v2.core.event"
THIN_PREFIX: Final = "v1."  # before the type of the snapshot event
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
        """What the inbox stores. Without `payment_intent`, Stripe must be asked for the one of the object."""
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


class RelatedObject(StripeSchema):
    """The object that a thin event is about."""

    id: StrictStr
    type: StrictStr


class ThinEvent(StripeSchema):
    """A thin event of a type that we handle."""

    id: StrictStr
    object: Literal["v2.core.event"]
    type: StrictStr
    created: datetime
    livemode: StrictBool
    context: StrictStr | None = None
    related_object: RelatedObject


class EventWithoutObject(Event):
    """A thin event as the inbox takes it: what it says of the object is its id."""

    context: StrictStr | None = None

    def stored_body(self) -> dict[str, object]:
        """The object's kind and id, and whose account it may be."""
        obj = self.data.object
        return {"id": obj.id, "object": obj.object, "context": self.context}


class EventEnvelope(StripeSchema):
    """The fields that every event has, whatever its type. `account` is set for those of connected accounts."""

    id: StrictStr
    object: StrictStr | None = None
    type: StrictStr
    livemode: StrictBool
    account: StrictStr | None = None

    @property
    def is_thin(self) -> bool:
        """Whether it is a thin event."""
        return self.object == THIN

    @property
    def snapshot_type(self) -> str:
        """Its type; of a thin event, that of the snapshot event about the same."""
        return self.type.removeprefix(THIN_PREFIX) if self.is_thin else self.type


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
    """An event of a type that we handle, of either kind. Raises `StripeResponseError`, `MalformedEventError`."""
    event = _parse_thin(payload) if payload.get("object") == THIN else parse(Event, payload)
    obj = event.data.object
    for stripe_id in (obj.id, obj.object, obj.payment_intent):
        if stripe_id is not None and not ID_PATTERN.fullmatch(stripe_id.replace(".", "_")):
            raise MalformedEventError
    return event


def _parse_thin(payload: dict[str, Any]) -> Event:
    thin = parse(ThinEvent, payload)
    return EventWithoutObject(
        id=thin.id,
        type=thin.type.removeprefix(THIN_PREFIX),
        created=int(thin.created.timestamp()),
        livemode=thin.livemode,
        data=EventData(object=EventObject(id=thin.related_object.id, object=thin.related_object.type)),
        context=thin.context,
    )
