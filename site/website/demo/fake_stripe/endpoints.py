"""Webhook endpoints that are made through the API (docs.stripe.com/api/webhook_endpoints)."""

from __future__ import annotations

import secrets

import stripe

from website.demo.fake_stripe.account_state import AccountState, default_object
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.ids import new_id
from website.demo.fake_stripe.listing import list_page


def create(world: AccountState, ident: str, params: Json) -> Json:
    """POST /v1/webhook_endpoints; only this answer ever holds the secret."""
    endpoint = add(world, new_id("we"), params["url"], [f"whsec_{secrets.token_hex(16)}"])
    sent = {k: v for k, v in params.items() if k in ("api_version", "description", "metadata")}
    endpoint |= sent | {"enabled_events": params["enabled_events"]}
    return world.store.save(endpoint) | {"secret": endpoint["_secrets"][0]}


def retrieve(world: AccountState, ident: str, params: Json) -> Json:
    """GET /v1/webhook_endpoints/{id}"""
    return world.find("webhook_endpoint", ident, "webhook_endpoint")


def listing(world: AccountState, ident: str, params: Json) -> Json:
    """GET /v1/webhook_endpoints"""
    return list_page(world, "webhook_endpoint", params, "/v1/webhook_endpoints")


def delete(world: AccountState, ident: str, params: Json) -> Json:
    """DELETE /v1/webhook_endpoints/{id}"""
    world.find("webhook_endpoint", ident, "webhook_endpoint")
    world.store.remove(ident)
    return {"id": ident, "object": "webhook_endpoint", "deleted": True}


def add(world: AccountState, ident: str, url: str, signed_with: list[str]) -> Json:
    """An endpoint for all events; several secrets make several signatures, as while rolling one."""
    endpoint = default_object("endpoint") | {"id": ident, "url": url, "created": world.now()}
    endpoint |= {"api_version": stripe.api_version, "_secrets": signed_with}
    return world.store.save(endpoint)
