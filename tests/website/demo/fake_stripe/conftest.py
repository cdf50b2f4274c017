"""A running fake Stripe, a client of the real library for it, and a site that receives its webhooks."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stripe
from stripe.checkout import Session

from tests.website.demo.fake_stripe.receiver import Receiver, receiving
from website.demo.fake_stripe import FakeStripe, running_fake_stripe


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def fake_stripe(receiver: Receiver) -> Iterator[FakeStripe]:
    with running_fake_stripe(
        webhook_url=receiver.url, webhook_secrets=[receiver.secret], retry_delays=(0.02, 0.02)
    ) as fake_stripe:
        yield fake_stripe


@pytest.fixture
def client(fake_stripe: FakeStripe) -> stripe.StripeClient:
    return client_of(fake_stripe)


def client_of(fake_stripe: FakeStripe) -> stripe.StripeClient:
    return stripe.StripeClient(
        fake_stripe.api_key, base_addresses={"api": fake_stripe.base_url}, max_network_retries=0
    )


@pytest.fixture
def new_session(client: stripe.StripeClient) -> Callable[..., Session]:
    def create(key: str | None = None, **changes: Any) -> Session:
        options: stripe.RequestOptions = {"idempotency_key": key} if key else {}
        return client.v1.checkout.sessions.create(pass_order() | changes, options)

    return create


@pytest.fixture
def paid(fake_stripe: FakeStripe, new_session: Callable[..., Session]) -> str:
    """The id of a paid session."""
    session = new_session().id
    fake_stripe.pay(session)
    return session


def pass_order() -> Any:
    """What the shop sends for one pass."""
    return {
        "mode": "payment",
        "success_url": "https://carrel.test/pass/thanks?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://carrel.test/pass/",
        "client_reference_id": "order-1",
        "metadata": {"order": "1"},
        "payment_intent_data": {"metadata": {"order": "1"}},
        "line_items": [
            {
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 499,
                    "product_data": {"name": "A pass"},
                },
                "quantity": 1,
            }
        ],
    }
