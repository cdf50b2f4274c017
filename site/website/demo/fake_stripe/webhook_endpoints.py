"""Webhook endpoints (docs.stripe.com/api/webhook_endpoints): the secret is shown once, when one is created."""

from __future__ import annotations

from website.demo.fake_stripe.account_state import AccountState, default_object
from website.demo.fake_stripe.errors import ApiError, Json
from website.demo.fake_stripe.ids import new_id
from website.demo.fake_stripe.pagination import list_page

_MOST = 16
_URL = "/v1/webhook_endpoints"


def create(account: AccountState, object_id: str, params: Json) -> Json:
    """POST /v1/webhook_endpoints"""
    if len(account.store.all("webhook_endpoint")) >= _MOST:
        raise ApiError(f"You have reached the maximum of {_MOST} test webhook endpoints.")
    secret = new_id("whsec")
    endpoint = default_object("webhook_endpoint") | params
    endpoint |= {"id": new_id("we"), "created": account.now(), "_secrets": [secret]}
    account.store.save(endpoint)
    return endpoint | {"secret": secret}


def retrieve(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/webhook_endpoints/{id}"""
    return account.find("webhook_endpoint", object_id, "webhook_endpoint")


def listing(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/webhook_endpoints"""
    return list_page(account, "webhook_endpoint", params, _URL)


def update(account: AccountState, object_id: str, params: Json) -> Json:
    """POST /v1/webhook_endpoints/{id}; the API version cannot be changed."""
    endpoint = account.find("webhook_endpoint", object_id, "webhook_endpoint")
    sent = dict(params)
    if "disabled" in sent:
        endpoint["status"] = "disabled" if sent.pop("disabled") else "enabled"
    endpoint["metadata"] |= sent.pop("metadata", {})
    return account.store.save(endpoint | sent)


def delete(account: AccountState, object_id: str, params: Json) -> Json:
    """DELETE /v1/webhook_endpoints/{id}"""
    account.find("webhook_endpoint", object_id, "webhook_endpoint")
    account.store.remove(object_id)
    return {"id": object_id, "object": "webhook_endpoint", "deleted": True}
