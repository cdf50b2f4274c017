"""A shop, and a Stripe of our own for it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from pydantic import SecretStr
from stripe import HTTPClient

from carrel.http.services import Services
from carrel.settings import Settings
from payments.stripe.signatures import SignatureFailureCounter
from payments.webhooks import verify_event
from tests.support.payments import SECRET, Shop
from website.demo.fake_stripe import FakeStripe, running_fake_stripe


@pytest.fixture
def stripe_() -> Iterator[FakeStripe]:
    """Stripe over HTTP. Its events stay with it until a test brings them."""
    with running_fake_stripe() as fake_stripe:
        fake_stripe.webhooks.sign_with(SECRET)
        yield fake_stripe


@pytest.fixture
def settings(settings: Settings, stripe_: FakeStripe) -> Settings:
    """Settings that lead to it."""
    return settings.model_copy(
        update={"stripe_api_base": stripe_.base_url, "stripe_secret_key": SecretStr(stripe_.api_key)}
    )


@pytest.fixture(autouse=True)
def no_forgeries_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has seen none."""
    monkeypatch.setattr(verify_event, "_signature_failures", SignatureFailureCounter())


@pytest.fixture(autouse=True)
def stripe_is_tried_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """How often, the tests see in Stripe's book of calls; the half seconds between are the library's."""
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.01)


@pytest.fixture
def shop(app: Flask, services: Services, stripe_: FakeStripe) -> Shop:
    """The shop's back room."""
    return Shop(app, services, stripe_)
