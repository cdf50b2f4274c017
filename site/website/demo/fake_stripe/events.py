"""Events: immutable snapshots of an object at the moment of a change."""

from __future__ import annotations

import fnmatch

import stripe

from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.errors import ApiError, Json
from website.demo.fake_stripe.ids import new_id
from website.demo.fake_stripe.listing import list_page
from website.demo.fake_stripe.views import snapshot

_KEPT_SECONDS = 30 * 86400


def emit(world: AccountState, name: str, obj: Json, previous: Json | None = None) -> Json:
    """Record an event with a snapshot of ``obj`` and hand it to the deliverer.

    ``previous``: for ``*.updated``, the old values of what has changed.
    """
    data = {"object": snapshot(obj)}
    if previous is not None:
        data["previous_attributes"] = previous
    event = {
        "id": new_id("evt"),
        "object": "event",
        "api_version": stripe.api_version,
        "created": world.now(),
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": dict(world.origin),
        "type": name,
        "_undelivered": [],
    }
    world.store.save(event)
    world.publish(event)
    return event


def retrieve(world: AccountState, ident: str, params: Json) -> Json:
    """GET /v1/events/{id}"""
    return world.find("event", ident, "id")


def listing(world: AccountState, ident: str, params: Json) -> Json:
    """GET /v1/events: those of the last 30 days; ``delivery_success=false``: not yet delivered."""
    if "type" in params and "types" in params:
        raise ApiError("You may only specify one of these parameters: type, types.")
    if len(params.get("types", ())) > 20:
        raise ApiError("Array types exceeded maximum 20 allowed elements.", param="types")
    return list_page(world, "event", params, "/v1/events", lambda event: _wanted(world, event, params))


def _wanted(world: AccountState, event: Json, params: Json) -> bool:
    if event["created"] < world.now() - _KEPT_SECONDS:
        return False
    delivered = not event["_undelivered"]
    if params.get("delivery_success", delivered) != delivered:
        return False
    patterns = params.get("types") or [params.get("type", "*")]
    return any(fnmatch.fnmatchcase(event["type"], pattern) for pattern in patterns)
