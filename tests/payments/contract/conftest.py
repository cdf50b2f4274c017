"""Which Stripe the contract is tested on: the fake one, or with `make test-stripe` Stripe itself."""

import os
from collections.abc import Iterator

import pytest
import stripe

from payments.stripe.client import API_VERSION, StripeApi
from website.demo.fake_stripe import running_fake_stripe


@pytest.fixture(scope="module")
def account() -> Iterator[tuple[str, str]]:
    """Key and address: of the fake Stripe; with CARREL_REAL_STRIPE and STRIPE_SECRET_KEY=sk_test_… of Stripe."""
    if os.environ.get("CARREL_REAL_STRIPE"):
        yield _test_key(), "https://api.stripe.com"
        return
    with running_fake_stripe() as fake_stripe:
        yield fake_stripe.api_key, fake_stripe.base_url


@pytest.fixture(scope="module")
def stripe_api(account: tuple[str, str]) -> stripe.StripeClient:
    """The library's client, in the API version of the shop."""
    key, base = account
    return stripe.StripeClient(
        key, stripe_version=API_VERSION, base_addresses={"api": base}, max_network_retries=2
    )


@pytest.fixture(scope="module")
def shop_api(account: tuple[str, str]) -> StripeApi:
    """The shop's own client."""
    return StripeApi(*account)


def _test_key() -> str:
    key = os.environ.get("STRIPE_SECRET_KEY", "")
    if not key.startswith(("sk_test_", "rk_test_")):
        pytest.fail("CARREL_REAL_STRIPE needs STRIPE_SECRET_KEY=sk_test_…; a live key is never used.")
    return key
