"""Webhooks: signatures, retries, and network conditions."""

import time
from collections.abc import Callable

import pytest
import stripe
from stripe.checkout import Session
from stripe.events import V1CheckoutSessionCompletedEventNotification

from tests.website.demo.fake_stripe.receiver import Receiver
from website.demo.fake_stripe import FakeStripe

NewSession = Callable[..., Session]
BY_CARD = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
]


def undelivered(client: stripe.StripeClient) -> set[str]:
    return {e.id for e in client.v1.events.list({"delivery_success": False}).auto_paging_iter()}


def test_events_arrive_in_order_signed_and_verified_by_the_library(
    fake_stripe: FakeStripe, receiver: Receiver, paid: str
) -> None:
    fake_stripe.webhooks.drain()
    events = receiver.events()
    assert [event.type for event in events] == BY_CARD
    assert events[-1].data.object["id"] == paid
    assert (events[-1].livemode, events[-1].api_version) == (False, stripe.api_version)


def test_an_endpoint_may_take_thin_events_which_the_library_reads_and_opens(
    fake_stripe: FakeStripe, client: stripe.StripeClient, receiver: Receiver, new_session: NewSession
) -> None:
    fake_stripe.webhooks.to(receiver.url, receiver.secret, thin=True)
    paid = fake_stripe.pay(new_session().id)["id"]
    fake_stripe.webhooks.drain()
    notifications = [
        client.parse_event_notification(body, headers["Stripe-Signature"], receiver.secret)
        for body, headers in zip(receiver.bodies, receiver.headers, strict=True)
    ]
    assert [notification.type for notification in notifications] == [f"v1.{name}" for name in BY_CARD]
    completed = notifications[-1]
    assert isinstance(completed, V1CheckoutSessionCompletedEventNotification)
    assert completed.fetch_related_object().id == paid


def test_an_event_keeps_the_state_of_its_moment(
    fake_stripe: FakeStripe, client: stripe.StripeClient, paid: str
) -> None:
    fake_stripe.refund(paid)
    succeeded = fake_stripe.events("charge.succeeded")[0]
    assert succeeded["data"]["object"]["amount_refunded"] == 0
    event = client.v1.events.retrieve(succeeded["id"])
    assert event.data.object["refunded"] is False


def test_a_failure_and_a_redirect_are_tried_again_until_the_site_says_yes(
    fake_stripe: FakeStripe, receiver: Receiver, client: stripe.StripeClient
) -> None:
    receiver.answers = [500, 301, 200]
    fake_stripe.webhooks.to(receiver.url, receiver.secret, enabled_events=["checkout.session.completed"])
    fake_stripe.sell_unrelated_product()
    fake_stripe.webhooks.drain()
    assert [attempt.status for attempt in fake_stripe.webhooks.attempts] == [500, 301, 200]
    assert undelivered(client) == set()


def test_after_the_last_try_the_event_waits_in_the_list_of_undelivered_ones(
    fake_stripe: FakeStripe, receiver: Receiver, client: stripe.StripeClient
) -> None:
    receiver.answers = [500] * 100
    fake_stripe.sell_unrelated_product()
    fake_stripe.webhooks.drain()
    assert len(receiver.bodies) == 3 * len(BY_CARD)
    assert undelivered(client) == {event["id"] for event in fake_stripe.events()}
    receiver.answers = []
    fake_stripe.webhooks.resend_undelivered()
    fake_stripe.webhooks.drain()
    assert undelivered(client) == set()


def test_a_site_that_is_not_there_is_a_failed_delivery(
    fake_stripe: FakeStripe, client: stripe.StripeClient
) -> None:
    fake_stripe.webhooks.to("http://127.0.0.1:1/nobody", "whsec_x")
    fake_stripe.sell_unrelated_product()
    fake_stripe.webhooks.drain()
    assert {attempt.status for attempt in fake_stripe.webhooks.attempts} == {None}
    assert len(undelivered(client)) == len(BY_CARD)


def test_dropped_events_never_arrive(
    fake_stripe: FakeStripe, receiver: Receiver, client: stripe.StripeClient
) -> None:
    fake_stripe.webhooks.drop_all()
    fake_stripe.sell_unrelated_product()
    fake_stripe.webhooks.drain()
    assert receiver.bodies == []
    assert len(undelivered(client)) == len(BY_CARD)


def test_events_can_be_doubled(fake_stripe: FakeStripe, receiver: Receiver) -> None:
    fake_stripe.webhooks.duplicate_all(3)
    fake_stripe.sell_unrelated_product()
    fake_stripe.webhooks.drain()
    assert receiver.types() == [kind for kind in BY_CARD for _ in range(3)]


def test_events_can_be_held_and_released_in_another_order(
    fake_stripe: FakeStripe, receiver: Receiver
) -> None:
    fake_stripe.webhooks.hold()
    fake_stripe.sell_unrelated_product()
    fake_stripe.webhooks.drain()
    assert receiver.bodies == []
    fake_stripe.webhooks.release("reversed")
    fake_stripe.webhooks.drain()
    assert receiver.types() == BY_CARD[::-1]
    fake_stripe.webhooks.hold()
    fake_stripe.sell_unrelated_product()
    fake_stripe.webhooks.release(lambda events: sorted(events, key=lambda event: str(event["type"])))
    fake_stripe.webhooks.drain()
    assert receiver.types()[4:] == sorted(BY_CARD)


def test_events_can_be_late(fake_stripe: FakeStripe, receiver: Receiver) -> None:
    fake_stripe.webhooks.delay(0.3)
    began = time.monotonic()
    fake_stripe.sell_unrelated_product()
    fake_stripe.webhooks.drain()
    assert time.monotonic() - began >= 0.3
    assert sorted(receiver.types()) == sorted(BY_CARD)


def test_while_a_secret_is_rolled_either_of_the_two_verifies(
    fake_stripe: FakeStripe, receiver: Receiver
) -> None:
    fake_stripe.webhooks.to(receiver.url, "whsec_old", "whsec_new")
    fake_stripe.sell_unrelated_product()
    fake_stripe.webhooks.drain()
    for receiver.secret in ("whsec_old", "whsec_new"):
        assert receiver.types() == BY_CARD
    receiver.secret = "whsec_other"
    with pytest.raises(stripe.SignatureVerificationError):
        receiver.events()


def test_a_wrong_secret_and_an_old_signature_are_noticed_by_the_library(
    fake_stripe: FakeStripe, receiver: Receiver, paid: str
) -> None:
    fake_stripe.webhooks.drain()
    event = fake_stripe.events("checkout.session.completed")[0]
    receiver.bodies, receiver.headers = [], []
    fake_stripe.webhooks.send(event, secrets=["whsec_other"])
    with pytest.raises(stripe.SignatureVerificationError, match="matching"):
        receiver.events()
    receiver.bodies, receiver.headers = [], []
    fake_stripe.webhooks.send(event, age=301)
    with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
        receiver.events()


def test_a_patch_adds_replaces_and_removes_fields_and_is_signed(
    fake_stripe: FakeStripe, receiver: Receiver, paid: str
) -> None:
    fake_stripe.webhooks.drain()
    patch = {"livemode": True, "brand_new": 1, "data": {"object": {"status": None}}}
    fake_stripe.webhooks.send(fake_stripe.events()[-1], patch=patch)
    last = receiver.events()[-1].to_dict()
    assert (last["livemode"], last["brand_new"]) == (True, 1)
    assert "status" not in last["data"]["object"]
    assert fake_stripe.events()[-1]["livemode"] is False


def test_any_bytes_can_be_sent(fake_stripe: FakeStripe, receiver: Receiver, paid: str) -> None:
    fake_stripe.webhooks.drain()
    receiver.bodies, receiver.headers = [], []
    assert fake_stripe.webhooks.send_raw(b"\xff not json", {"Stripe-Signature": "t=1,v1=00"}) == 200
    assert receiver.bodies == [b"\xff not json"]


def test_a_signed_event_can_be_given_to_a_tests_own_client(fake_stripe: FakeStripe, paid: str) -> None:
    body, headers = fake_stripe.webhooks.signed(fake_stripe.events()[0], secrets=["whsec_mine"])
    event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], "whsec_mine")
    assert event.type == "payment_intent.created"


def test_a_reset_ends_all_network_conditions_and_releases_held_events(
    fake_stripe: FakeStripe, receiver: Receiver
) -> None:
    fake_stripe.webhooks.hold()
    fake_stripe.webhooks.duplicate_all()
    fake_stripe.webhooks.sign_with("whsec_other")
    fake_stripe.sell_unrelated_product()
    fake_stripe.reset()
    fake_stripe.webhooks.drain()
    assert receiver.types() == [kind for kind in BY_CARD for _ in range(2)]
