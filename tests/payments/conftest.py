"""The app with a fake Stripe."""

from collections.abc import Iterator

import pytest
from flask import Flask
from pydantic import SecretStr
from stripe import HTTPClient

from carrel.services import Services
from carrel.settings import Settings
from payments.stripe.signatures import SignatureFailureCounter
from payments.webhooks import verify_event
from tests.payments.stripe_types import untyped_calls
from tests.support.payments import SECRET, Shop
from website.demo.fake_stripe import FakeStripe, running_fake_stripe


@pytest.fixture
def stripe_() -> Iterator[FakeStripe]:
    """The fake Stripe. It delivers no events: the tests do. All that it was asked has the types of Stripe's library."""
    with running_fake_stripe() as fake_stripe:
        fake_stripe.webhooks.sign_with(SECRET)
        yield fake_stripe
        assert untyped_calls(fake_stripe.api.requests) == []


@pytest.fixture
def settings(settings: Settings, stripe_: FakeStripe) -> Settings:
    """Settings that point to it."""
    return settings.model_copy(
        update={"stripe_api_base": stripe_.base_url, "stripe_secret_key": SecretStr(stripe_.api_key)}
    )


@pytest.fixture(autouse=True)
def no_invalid_signatures_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start every test with a count of zero."""
    monkeypatch.setattr(verify_event, "_signature_failures", SignatureFailureCounter())


@pytest.fixture(autouse=True)
def retry_stripe_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait between the library's retries. Tests see them in the fake Stripe's log of requests."""
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.01)


@pytest.fixture
def shop(app: Flask, services: Services, stripe_: FakeStripe) -> Shop:
    """The app, the fake Stripe, and the database."""
    return Shop(app, services, stripe_)
