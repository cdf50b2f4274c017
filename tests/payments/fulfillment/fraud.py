"""A paid pass that a bank may call fraud, and what our side did."""

import pytest

from payments import refunds
from payments.fulfillment.fulfill import fulfill
from tests.support.payments import Shop

CREATE = "POST /v1/refunds"


@pytest.fixture
def paid(shop: Shop) -> str:
    session_id = shop.buy()
    fulfill(shop.context, session_id)
    return session_id


def settle(shop: Shop) -> None:
    """Let the worker send every refund that is requested."""
    while refunds.send_next_to_stripe(shop.services):
        pass


def warned(shop: Shop) -> list[str]:
    return [key for key in shop.alarms() if key.startswith("fraud-warning:")]
