"""Webhook endpoints and the account: a secret is shown once, and a disabled endpoint gets nothing."""

import pytest
import stripe

from tests.website.demo.fake_stripe.receiver import Receiver
from website.demo.fake_stripe import FakeStripe

EVENTS = ["checkout.session.completed"]


def test_the_secret_is_shown_once_and_signs(
    fake_stripe: FakeStripe, client: stripe.StripeClient, receiver: Receiver, paid: str
) -> None:
    made = client.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["charge.refunded"]})
    assert str(made.secret).startswith("whsec_")
    assert "secret" not in client.v1.webhook_endpoints.retrieve(made.id)
    fake_stripe.refund(paid)
    fake_stripe.webhooks.drain()
    signatures = [
        attempt.headers["Stripe-Signature"]
        for attempt in fake_stripe.webhooks.attempts
        if attempt.type == "charge.refunded"
    ]
    assert len(set(signatures)) == 2  # by the endpoint of the fixture, and by this one


def test_a_disabled_endpoint_and_a_deleted_one_get_nothing(
    fake_stripe: FakeStripe, client: stripe.StripeClient, receiver: Receiver, paid: str
) -> None:
    fake_stripe.webhooks.drain()
    (endpoint,) = client.v1.webhook_endpoints.list().data
    before = len(fake_stripe.webhooks.attempts)
    client.v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
    fake_stripe.refund(paid, amount=100)
    client.v1.webhook_endpoints.update(endpoint.id, {"disabled": False, "metadata": {"a": "b"}})
    assert client.v1.webhook_endpoints.retrieve(endpoint.id).metadata.to_dict() == {"a": "b"}
    client.v1.webhook_endpoints.delete(endpoint.id)
    fake_stripe.refund(paid, amount=100)
    fake_stripe.webhooks.drain()
    assert len(fake_stripe.webhooks.attempts) == before
    assert client.v1.webhook_endpoints.list().data == []


def test_what_was_on_its_way_to_a_deleted_endpoint_stops_nobody(
    fake_stripe: FakeStripe, client: stripe.StripeClient, receiver: Receiver, paid: str
) -> None:
    fake_stripe.webhooks.hold()
    fake_stripe.refund(paid, amount=100)
    for endpoint in client.v1.webhook_endpoints.list().data:
        client.v1.webhook_endpoints.delete(endpoint.id)
    fake_stripe.webhooks.release()
    fake_stripe.webhooks.to(receiver.url, receiver.secret)
    fake_stripe.refund(paid, amount=100)
    fake_stripe.webhooks.drain()
    assert fake_stripe.webhooks.attempts[-1].status == 200


def test_an_endpoint_needs_events_that_exist(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.webhook_endpoints.create(
            {"url": "https://a.example/", "enabled_events": ["checkout.session.sold"]}  # type: ignore[list-item]
        )


def test_the_account_and_its_tax_settings_can_be_read_and_changed(
    fake_stripe: FakeStripe, client: stripe.StripeClient
) -> None:
    assert client.v1.accounts.retrieve_current().charges_enabled
    fake_stripe.change("acct_standin", charges_enabled=False)
    assert not client.v1.accounts.retrieve_current().charges_enabled
    assert client.v1.tax.settings.retrieve().status == "active"
