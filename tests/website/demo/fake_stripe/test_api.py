"""API keys, URLs, and headers; faults and the log of requests."""

import http.client
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import stripe
from stripe.checkout import Session

from tests.website.demo.fake_stripe.conftest import client_of
from website.demo.fake_stripe import FakeStripe, running_fake_stripe

NewSession = Callable[..., Session]


def raw(fake_stripe: FakeStripe, method: str, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(fake_stripe.base_url).netloc, timeout=10)
    connection.request(method, path, headers=headers)
    return connection.getresponse()


@pytest.mark.parametrize("key", ["sk_test_another_one", "sk_live_standin", "whatever"])
def test_another_key_is_not_let_in(fake_stripe: FakeStripe, key: str) -> None:
    client = stripe.StripeClient(key, base_addresses={"api": fake_stripe.base_url})
    with pytest.raises(stripe.AuthenticationError) as caught:
        client.v1.events.list()
    assert caught.value.http_status == 401
    assert key not in str(caught.value)


def test_a_live_key_is_refused_even_where_it_is_the_configured_one() -> None:
    with (
        running_fake_stripe(api_key="sk_live_real") as fake_stripe,
        pytest.raises(stripe.AuthenticationError),
    ):
        client_of(fake_stripe).v1.events.list()


def test_without_a_key_there_is_no_answer(fake_stripe: FakeStripe) -> None:
    response = raw(fake_stripe, "GET", "/v1/events")
    assert response.status == 401
    response.read()


def test_every_answer_names_the_request_and_the_version(
    fake_stripe: FakeStripe, client: stripe.StripeClient
) -> None:
    answer = client.v1.events.list({}, {"stripe_version": "2025-09-30.clover"}).last_response
    assert answer is not None
    assert answer.headers["Stripe-Version"] == "2025-09-30.clover"
    assert answer.headers["Request-Id"].startswith("req_")
    with pytest.raises(stripe.InvalidRequestError, match="Invalid Stripe API version"):
        client.v1.events.list({}, {"stripe_version": "next year"})


def test_an_unknown_address_and_an_unknown_id_are_not_found(
    fake_stripe: FakeStripe, client: stripe.StripeClient
) -> None:
    response = raw(fake_stripe, "GET", "/v1/unicorns", Authorization=f"Bearer {fake_stripe.api_key}")
    assert (response.status, b"Unrecognized request URL" in response.read()) == (404, True)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.charges.retrieve("ch_nothing")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_an_id_of_another_kind_is_not_found(client: stripe.StripeClient, paid: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such charge"):
        client.v1.charges.retrieve(paid)


def test_what_was_sent_can_be_read_back(fake_stripe: FakeStripe, new_session: NewSession) -> None:
    new_session(key="order-1", expires_at=None)
    (call,) = fake_stripe.api.sent("POST /v1/checkout/sessions")
    assert call.params["line_items"][0]["price_data"]["unit_amount"] == 499
    assert (call.idempotency_key, call.stripe_version, call.status) == ("order-1", stripe.api_version, 200)


def test_failures_strike_as_often_and_where_they_are_told(
    fake_stripe: FakeStripe, client: stripe.StripeClient, new_session: NewSession
) -> None:
    session = new_session().id
    fake_stripe.api.fail(500, times=2, path="GET /v1/checkout/sessions/*")
    client.v1.events.list()
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client.v1.checkout.sessions.retrieve(session)
    assert client.v1.checkout.sessions.retrieve(session).id == session
    fake_stripe.api.fail(429)
    with pytest.raises(stripe.RateLimitError):
        client.v1.events.list()


def test_a_refusal_says_the_code_and_the_parameter_that_it_is_told(
    fake_stripe: FakeStripe, client: stripe.StripeClient, new_session: NewSession
) -> None:
    fake_stripe.api.refuse("tax_not_active", "automatic_tax", path="POST /v1/checkout/sessions")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        new_session()
    assert (caught.value.code, caught.value.param) == ("tax_not_active", "automatic_tax")
    fake_stripe.api.refuse(status=403)
    with pytest.raises(stripe.PermissionError):
        client.v1.events.list()
    fake_stripe.api.refuse(status=401)
    with pytest.raises(stripe.AuthenticationError):
        client.v1.events.list()
    assert client.v1.events.list().data == []


def test_the_api_can_be_down_and_up_again(fake_stripe: FakeStripe, client: stripe.StripeClient) -> None:
    fake_stripe.api.down()
    for _ in range(3):
        with pytest.raises(stripe.APIError):
            client.v1.events.list()
    fake_stripe.api.up()
    assert client.v1.events.list().data == []


@pytest.mark.sweep
def test_a_hundred_buyers_at_once_get_a_hundred_sessions(
    fake_stripe: FakeStripe, new_session: NewSession
) -> None:
    def buy(number: int) -> str:
        session = new_session(key=f"order-{number}", client_reference_id=f"order-{number}").id
        return str(fake_stripe.pay(session)["client_reference_id"])

    with ThreadPoolExecutor(100) as pool:
        bought = set(pool.map(buy, range(100)))
    assert len(bought) == 100
    assert len(fake_stripe.events("checkout.session.completed")) == 100
