"""Stripe's events: which ones we know, and what of each we keep.

An event only says where to look; what happened is asked of Stripe (https://docs.stripe.com/webhooks#even-ordering
promises no order). So the body keeps ids and our own marks, and nothing about the person who paid.
"""

import json
import re
from typing import Any, Final

from pydantic import StrictBool, StrictInt, StrictStr

from payments.stripe.metadata import ORDER_KEY, SITE_KEY
from payments.stripe.schemas import Fact, read

ABOUT_A_SESSION: Final = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
    }
)
ABOUT_A_PAYMENT: Final = frozenset(
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
KNOWN: Final = ABOUT_A_SESSION | ABOUT_A_PAYMENT
AN_ID = re.compile(r"[A-Za-z0-9_]{1,255}")


class MalformedEventError(Exception):
    """A signed event whose ids are no ids: refused, and nothing is written."""


class ObjectFact(Fact):
    """The thing that an event is about."""

    id: StrictStr
    object: StrictStr
    payment_intent: StrictStr | None = None
    client_reference_id: StrictStr | None = None
    metadata: dict[str, str] | None = None


class DataFact(Fact):
    """Around the thing."""

    object: ObjectFact


class EventFact(Fact):
    """An event, tolerant of whatever a later version of the API adds."""

    id: StrictStr
    type: StrictStr
    created: StrictInt
    livemode: StrictBool
    api_version: StrictStr | None = None
    data: DataFact

    def body(self) -> dict[str, object]:
        """What is kept."""
        about = self.data.object
        marks = {
            name: value for name, value in (about.metadata or {}).items() if name in {ORDER_KEY, SITE_KEY}
        }
        return {
            "id": about.id,
            "object": about.object,
            "payment_intent": about.payment_intent,
            "reference": about.client_reference_id,
            "marks": marks,
            "api_version": self.api_version,
        }


class HeadFact(Fact):
    """What every event has, whatever it is about."""

    id: StrictStr
    type: StrictStr
    livemode: StrictBool


def read_head(body: bytes) -> tuple[HeadFact, dict[str, Any]]:
    """An event's head, and all of it. Raises `MalformedEventError` when it is no JSON object, `StripeResponseError`."""
    try:
        whole = json.loads(body)
    except ValueError:
        raise MalformedEventError from None
    if not isinstance(whole, dict):
        raise MalformedEventError
    head = read(HeadFact, whole)
    if not AN_ID.fullmatch(head.id):
        raise MalformedEventError
    return head, whole


def read_event(whole: dict[str, Any]) -> EventFact:
    """An event that we know. Raises `StripeResponseError`, `MalformedEventError`."""
    event = read(EventFact, whole)
    about = event.data.object
    for each in (about.id, about.object, about.payment_intent):
        if each is not None and not AN_ID.fullmatch(each.replace(".", "_")):
            raise MalformedEventError
    return event
