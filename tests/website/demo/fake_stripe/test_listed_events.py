"""Events in the list and at other endpoints: pages, endpoints made through the API, transports of a test."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe
from stripe.checkout import Session

from tests.support.receiver import Receiver
from tests.website.demo.fake_stripe.test_webhooks import BY_CARD
from website.demo.fake_stripe import Standin

NewSession = Callable[..., Session]


def test_events_are_listed_by_type_time_and_page_for_thirty_days(
    standin: Standin, client: stripe.StripeClient, paid: str
) -> None:
    listed = client.v1.events.list({"types": ["charge.succeeded", "checkout.session.completed"]})
    assert [e.type for e in listed.data] == ["checkout.session.completed", "charge.succeeded"]
    assert len(client.v1.events.list({"type": "checkout.*"}).data) == 1
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.events.list({"type": "a", "types": ["b"]})
    assert len(list(client.v1.events.list({"limit": 1}).auto_paging_iter())) == len(BY_CARD)
    standin.advance(31 * 86400)
    assert client.v1.events.list().data == []


def test_the_cursor_holds_while_events_are_delivered_between_two_pages(
    standin: Standin, client: stripe.StripeClient
) -> None:
    standin.webhooks.drop_all()
    standin.foreign_sale()
    first = client.v1.events.list({"delivery_success": False, "limit": 2})
    standin.webhooks.calm()
    standin.webhooks.resend(first.data[-1].id)
    standin.webhooks.drain()
    rest = client.v1.events.list({"delivery_success": False, "starting_after": first.data[-1].id})
    assert [e.type for e in rest.data] == BY_CARD[1::-1]


def test_without_an_endpoint_nothing_is_sent_and_nothing_is_owed() -> None:
    with Standin.running() as standin:
        standin.foreign_sale()
        standin.webhooks.drain()
        assert list(standin.webhooks.attempts) == []
        assert [event["pending_webhooks"] for event in standin.events()] == [0] * len(BY_CARD)


def test_an_endpoint_made_through_the_api_gets_the_events_it_asked_for(
    standin: Standin, client: stripe.StripeClient, receiver: Receiver
) -> None:
    made = client.v1.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": ["charge.succeeded"], "api_version": "2026-10-28.endive"}
    )
    assert made.secret is not None
    receiver.secret = made.secret
    standin.webhooks.to("http://127.0.0.1:1/nobody", "whsec_x", enabled_events=["none.such"])
    standin.foreign_sale()
    standin.webhooks.drain()
    assert receiver.types() == ["charge.succeeded"]
    known = {endpoint.id: endpoint for endpoint in client.v1.webhook_endpoints.list().data}
    assert "secret" not in known[made.id]
    client.v1.webhook_endpoints.delete(made.id)
    with pytest.raises(stripe.InvalidRequestError, match="No such webhook_endpoint"):
        client.v1.webhook_endpoints.retrieve(made.id)


def test_events_can_go_through_a_tests_own_transport(standin: Standin) -> None:
    came: list[bytes] = []

    def keep(url: str, body: bytes, headers: object) -> int:
        came.append(body)
        return 200

    standin.webhooks.transport = keep
    standin.foreign_sale()
    standin.webhooks.drain()
    assert len(came) == len(BY_CARD)


def test_a_transport_that_raises_is_a_failed_delivery_and_not_the_end_of_the_post(standin: Standin) -> None:
    def explode(url: str, body: bytes, headers: object) -> int:
        raise ZeroDivisionError

    standin.webhooks.transport = explode
    standin.foreign_sale()
    standin.webhooks.drain()
    assert {attempt.error for attempt in standin.webhooks.attempts} == {"ZeroDivisionError()"}


def test_the_webhook_may_come_before_the_answer_to_our_call(
    standin: Standin, client: stripe.StripeClient, receiver: Receiver, paid: str
) -> None:
    intent = standin.get(paid)["payment_intent"]
    standin.api.hold_answer(path="POST /v1/refunds")
    with ThreadPoolExecutor(1) as pool:
        refund = pool.submit(client.v1.refunds.create, {"payment_intent": intent})
        standin.api.wait_until_held()
        standin.webhooks.drain()
        seen = receiver.types()
        standin.api.release()
        assert refund.result().status == "succeeded"
    assert seen[-2:] == ["refund.created", "charge.refunded"]
