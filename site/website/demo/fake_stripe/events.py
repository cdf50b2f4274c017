"""Events: snapshots of an object at the time of a change."""

from __future__ import annotations

import datetime
import fnmatch

import stripe

from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.errors import ApiError, Json
from website.demo.fake_stripe.ids import new_id
from website.demo.fake_stripe.pagination import list_page
from website.demo.fake_stripe.serialization import snapshot

_URLS = {
    "radar.early_fraud_warning": "/v1/radar/early_fraud_warnings",
    "charge": "/v1/charges",
    "checkout.session": "/v1/checkout/sessions",
    "dispute": "/v1/disputes",
    "payment_intent": "/v1/payment_intents",
    "refund": "/v1/refunds",
}
_KEPT_SECONDS = 30 * 86400


def emit(account: AccountState, name: str, obj: Json, previous: Json | None = None) -> Json:
    """Store an event with a snapshot of ``obj``, and publish it.

    ``previous``: for ``*.updated``, the old values of the changed fields.
    """
    data = {"object": snapshot(obj)}
    if previous is not None:
        data["previous_attributes"] = previous
    event = {
        "id": new_id("evt"),
        "object": "event",
        "api_version": stripe.api_version,
        "created": account.now(),
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": dict(account.origin),
        "type": name,
        "_undelivered": [],
    }
    account.store.save(event)
    account.publish(event)
    return event


def thin_event(event: Json) -> Json:
    """The thin event about the same change: without the object, under an id of its own.

    docs.stripe.com/events/how-events-work#thin-events
    """
    obj = event["data"]["object"]
    at = datetime.datetime.fromtimestamp(event["created"], datetime.UTC)
    return {
        "id": f"evt_test_{event['id'].removeprefix('evt_')}",
        "object": "v2.core.event",
        "type": f"v1.{event['type']}",
        "created": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
        "livemode": event["livemode"],
        "context": None,
        "related_object": {
            "id": obj["id"],
            "type": obj["object"],
            "url": f"{_URLS[obj['object']]}/{obj['id']}",
        },
        "reason": None,
        "snapshot_event": event["id"],
    }


def retrieve(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/events/{id}"""
    return account.find("event", object_id, "id")


def listing(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/events: those of the last 30 days; with ``delivery_success=false`` those not delivered."""
    if "type" in params and "types" in params:
        raise ApiError("You may only specify one of these parameters: type, types.")
    if len(params.get("types", ())) > 20:
        raise ApiError("Array types exceeded maximum 20 allowed elements.", param="types")
    return list_page(account, "event", params, "/v1/events", lambda event: _matches(account, event, params))


def _matches(account: AccountState, event: Json, params: Json) -> bool:
    if event["created"] < account.now() - _KEPT_SECONDS:
        return False
    delivered = not event["_undelivered"]
    if params.get("delivery_success", delivered) != delivered:
        return False
    patterns = params.get("types") or [params.get("type", "*")]
    return any(fnmatch.fnmatchcase(event["type"], pattern) for pattern in patterns)
