"""Idempotency keys, and lost responses."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe
from stripe.checkout import Session

from website.demo.fake_stripe import FakeStripe

NewSession = Callable[..., Session]


def test_the_same_key_gives_the_same_session_and_says_that_it_is_a_replay(new_session: NewSession) -> None:
    first, second = new_session(key="order-1"), new_session(key="order-1")
    assert first.id == second.id
    assert first.last_response is not None
    assert second.last_response is not None
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"


def test_the_same_key_for_something_else_is_refused(
    client: stripe.StripeClient, new_session: NewSession
) -> None:
    new_session(key="order-1")
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        new_session(key="order-1", client_reference_id="order-2")
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.refunds.create({"payment_intent": "pi_x"}, {"idempotency_key": "order-1"})


def test_a_call_whose_answer_was_lost_is_repeated_without_a_second_effect(
    fake_stripe: FakeStripe, new_session: NewSession
) -> None:
    fake_stripe.api.drop_response(path="POST /v1/checkout/sessions")
    with pytest.raises(stripe.APIConnectionError):
        new_session(key="order-1")
    session = new_session(key="order-1")
    assert [s["id"] for s in fake_stripe.sessions()] == [session.id]
    assert [call.replayed for call in fake_stripe.api.requests] == [False, True]


def test_a_dropped_request_leaves_nothing_behind(fake_stripe: FakeStripe, new_session: NewSession) -> None:
    fake_stripe.api.drop_request()
    with pytest.raises(stripe.APIConnectionError):
        new_session(key="order-1")
    assert fake_stripe.sessions() == []
    assert new_session(key="order-1").last_response is not None
    assert [call.replayed for call in fake_stripe.api.requests] == [False, False]


def test_a_saved_500_is_replayed_and_an_unsaved_one_is_not(
    fake_stripe: FakeStripe, new_session: NewSession
) -> None:
    fake_stripe.api.fail(500, saved=True)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            new_session(key="bad")
    fake_stripe.api.fail(503)
    with pytest.raises(stripe.APIError):
        new_session(key="good")
    assert new_session(key="good").status == "open"


def test_a_refused_form_does_not_use_up_the_key(new_session: NewSession) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        new_session(key="order-1", color="red")
    assert new_session(key="order-1").status == "open"


def test_a_key_in_use_is_a_conflict(fake_stripe: FakeStripe, new_session: NewSession) -> None:
    fake_stripe.api.hold(path="POST /v1/checkout/sessions")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(new_session, key="order-1")
        fake_stripe.api.wait_until_held()
        with pytest.raises(stripe.APIError) as caught:
            new_session(key="order-1")
        fake_stripe.api.release()
        assert slow.result().status == "open"
    assert caught.value.http_status == 409
    assert caught.value.error is not None
    assert caught.value.error.code == "idempotency_key_in_use"


def test_a_key_is_forgotten_after_a_day_and_not_before(
    fake_stripe: FakeStripe, new_session: NewSession
) -> None:
    first = new_session(key="order-1").id
    fake_stripe.advance(24 * 3600 - 60)
    assert new_session(key="order-1").id == first
    fake_stripe.advance(120)
    assert new_session(key="order-1").id != first


@pytest.mark.sweep
def test_a_hundred_calls_at_once_with_one_key_make_one_session(
    fake_stripe: FakeStripe, new_session: NewSession
) -> None:
    def create(_: int) -> str | None:
        try:
            return new_session(key="order-1").id
        except stripe.APIError:  # 409: another one is at work
            return None

    with ThreadPoolExecutor(100) as pool:
        made = set(pool.map(create, range(100))) - {None}
    assert [s["id"] for s in fake_stripe.sessions()] == list(made)
