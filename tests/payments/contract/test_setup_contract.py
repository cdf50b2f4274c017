"""What `carrel stripe setup` relies on at Stripe: nothing here is paid, and what is made is deleted again."""

from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from payments.stripe.account import NOTHING
from payments.stripe.client import API_VERSION
from payments.stripe.events import HANDLED_EVENTS

Client = stripe.StripeClient
URL = "https://example.com/webhooks/stripe-contract-test"


def made(api: Client, **more: Any) -> stripe.WebhookEndpoint:
    params: Any = {"url": URL, "enabled_events": sorted(HANDLED_EVENTS), "api_version": API_VERSION}
    return api.v1.webhook_endpoints.create(params | more)


@pytest.fixture
def endpoint(stripe_api: Client) -> Iterator[stripe.WebhookEndpoint]:
    endpoint = made(stripe_api)
    yield endpoint
    stripe_api.v1.webhook_endpoints.delete(endpoint.id)


def test_a_webhook_gets_our_events_in_our_version_and_shows_its_secret_once(
    stripe_api: Client, endpoint: stripe.WebhookEndpoint
) -> None:
    assert str(endpoint.secret).startswith("whsec_")
    read = stripe_api.v1.webhook_endpoints.retrieve(endpoint.id)
    assert "secret" not in read
    assert (frozenset(read.enabled_events), read.api_version, read.status) == (
        HANDLED_EVENTS,
        API_VERSION,
        "enabled",
    )


def test_two_webhooks_may_have_one_address(stripe_api: Client, endpoint: stripe.WebhookEndpoint) -> None:
    second = made(stripe_api)
    try:
        assert second.secret != endpoint.secret
        listed = stripe_api.v1.webhook_endpoints.list({"limit": 100}).data
        assert {endpoint.id, second.id} <= {each.id for each in listed if each.url == URL}
    finally:
        stripe_api.v1.webhook_endpoints.delete(second.id)


def test_a_webhook_is_switched_off_and_on_and_remembers_what_we_note(
    stripe_api: Client, endpoint: stripe.WebhookEndpoint
) -> None:
    stripe_api.v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
    assert stripe_api.v1.webhook_endpoints.retrieve(endpoint.id).status == "disabled"
    changed = stripe_api.v1.webhook_endpoints.update(
        endpoint.id, {"disabled": False, "metadata": {"note": "1"}}
    )
    assert (changed.status, changed.metadata["note"]) == ("enabled", "1")


def test_each_probe_of_a_permission_finds_nothing_and_changes_nothing(stripe_api: Client) -> None:
    for ask in (
        lambda: stripe_api.v1.checkout.sessions.expire(f"cs_test_{NOTHING}"),
        lambda: stripe_api.v1.refunds.create({"payment_intent": f"pi_{NOTHING}"}),
        lambda: stripe_api.v1.payment_intents.retrieve(f"pi_{NOTHING}"),
    ):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            ask()
        assert (caught.value.http_status, caught.value.code) in {
            (404, "resource_missing"),
            (400, "resource_missing"),
        }


def test_the_account_and_the_tax_settings_can_be_read(stripe_api: Client) -> None:
    assert isinstance(stripe_api.v1.accounts.retrieve_current().charges_enabled, bool)
    assert stripe_api.v1.tax.settings.retrieve().status in {"active", "pending"}
