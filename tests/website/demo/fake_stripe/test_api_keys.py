"""Keys: one that was revoked lets nobody in, a restricted one does what it was given and names what it lacks."""

import pytest
import stripe

from website.demo.fake_stripe import FakeStripe


def client_with(fake_stripe: FakeStripe, key: str) -> stripe.StripeClient:
    return stripe.StripeClient(key, base_addresses={"api": fake_stripe.base_url}, max_network_retries=0)


def test_a_revoked_key_lets_nobody_in(fake_stripe: FakeStripe, client: stripe.StripeClient) -> None:
    client.v1.events.list()
    fake_stripe.keys.revoke(fake_stripe.api_key)
    with pytest.raises(stripe.AuthenticationError):
        client.v1.events.list()


def test_a_restricted_key_names_the_permission_it_lacks(fake_stripe: FakeStripe) -> None:
    client = client_with(fake_stripe, fake_stripe.keys.restrict("rk_test_some", "charge_read", "event_read"))
    client.v1.events.list()
    client.v1.refunds.list()
    with pytest.raises(stripe.PermissionError) as caught:
        client.v1.refunds.create({"payment_intent": "pi_nothing"})
    assert caught.value.http_status == 403
    assert '"code":"more_permissions_required"' in str(caught.value.http_body)
    assert "Enabling Charges and Refunds Write ('charge_write') permissions on this key" in str(caught.value)
    assert "rk_test_some" not in str(caught.value)


def test_who_may_write_may_read_and_a_session_shows_its_payment(fake_stripe: FakeStripe) -> None:
    client = client_with(fake_stripe, fake_stripe.keys.restrict("rk_test_some", "checkout_session_write"))
    assert client.v1.checkout.sessions.list().data == []
    for ask in (client.v1.payment_intents.retrieve, client.v1.checkout.sessions.expire):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            ask("nothing")
        assert caught.value.code == "resource_missing"
