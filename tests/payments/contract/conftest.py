"""Which Stripe the contract is tested on: the fake one, or with `make test-stripe` Stripe itself."""

import os
from collections.abc import Iterator

import pytest
import stripe

from website.demo.fake_stripe import running_fake_stripe


@pytest.fixture(scope="module")
def stripe_api() -> Iterator[stripe.StripeClient]:
    """A client of the fake Stripe; with CARREL_REAL_STRIPE and STRIPE_SECRET_KEY=sk_test_… of Stripe."""
    if os.environ.get("CARREL_REAL_STRIPE"):
        yield stripe.StripeClient(_test_key(), max_network_retries=2)
        return
    with running_fake_stripe() as fake_stripe:
        yield stripe.StripeClient(fake_stripe.api_key, base_addresses={"api": fake_stripe.base_url})


def _test_key() -> str:
    key = os.environ.get("STRIPE_SECRET_KEY", "")
    if not key.startswith(("sk_test_", "rk_test_")):
        pytest.fail("CARREL_REAL_STRIPE needs STRIPE_SECRET_KEY=sk_test_…; a live key is never used.")
    return key
