"""The list of events, and custom transports."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe
from stripe.checkout import Session

from tests.website.demo.fake_stripe.receiver import Receiver
from tests.website.demo.fake_stripe.test_webhooks import BY_CARD
from website.demo.fake_stripe import FakeStripe, running_fake_stripe

NewSession = Callable[..., Session]


def test_events_are_listed_by_type_time_and_page_for_thirty_days(
    fake_stripe: FakeStripe, client: stripe.StripeClient, paid: str
) -> None:
    listed = client.v1.events.list({"types": ["charge.succeeded", "checkout.session.completed"]})
    assert [e.type for e in listed.data] == ["checkout.session.completed", "charge.succeeded"]
    assert len(client.v1.events.list({"type": "checkout.*"}).data) == 1
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.events.list({"type": "a", "types": ["b"]})
    assert len(list(client.v1.events.list({"limit": 1}).auto_paging_iter())) == len(BY_CARD)
    fake_stripe.advance(31 * 86400)
    assert client.v1.events.list().data == []


def test_the_cursor_holds_while_events_are_delivered_between_two_pages(
    fake_stripe: FakeStripe, client: stripe.StripeClient
) -> None:
    fake_stripe.webhooks.drop_all()
    fake_stripe.sell_unrelated_product()
    first = client.v1.events.list({"delivery_success": False, "limit": 2})
    fake_stripe.webhooks.reset()
    fake_stripe.webhooks.resend(first.data[-1].id)
    fake_stripe.webhooks.drain()
    rest = client.v1.events.list({"delivery_success": False, "starting_after": first.data[-1].id})
    assert [e.type for e in rest.data] == BY_CARD[1::-1]


def test_without_an_endpoint_nothing_is_sent_and_nothing_is_owed() -> None:
    with running_fake_stripe() as fake_stripe:
        fake_stripe.sell_unrelated_product()
        fake_stripe.webhooks.drain()
        assert list(fake_stripe.webhooks.attempts) == []
        assert [event["pending_webhooks"] for event in fake_stripe.events()] == [0] * len(BY_CARD)


def test_events_can_go_through_a_tests_own_transport(fake_stripe: FakeStripe) -> None:
    came: list[bytes] = []

    def keep(url: str, body: bytes, headers: object) -> int:
        came.append(body)
        return 200

    fake_stripe.webhooks.transport = keep
    fake_stripe.sell_unrelated_product()
    fake_stripe.webhooks.drain()
    assert len(came) == len(BY_CARD)


def test_a_transport_that_raises_is_a_failed_delivery_and_not_the_end_of_the_post(
    fake_stripe: FakeStripe,
) -> None:
    def explode(url: str, body: bytes, headers: object) -> int:
        raise ZeroDivisionError

    fake_stripe.webhooks.transport = explode
    fake_stripe.sell_unrelated_product()
    fake_stripe.webhooks.drain()
    assert {attempt.error for attempt in fake_stripe.webhooks.attempts} == {"ZeroDivisionError()"}


def test_the_webhook_may_come_before_the_answer_to_our_call(
    fake_stripe: FakeStripe, client: stripe.StripeClient, receiver: Receiver, paid: str
) -> None:
    intent = fake_stripe.get(paid)["payment_intent"]
    fake_stripe.api.hold_response(path="POST /v1/refunds")
    with ThreadPoolExecutor(1) as pool:
        refund = pool.submit(client.v1.refunds.create, {"payment_intent": intent})
        fake_stripe.api.wait_until_held()
        fake_stripe.webhooks.drain()
        seen = receiver.types()
        fake_stripe.api.release()
        assert refund.result().status == "succeeded"
    assert seen[-2:] == ["refund.created", "charge.refunded"]
