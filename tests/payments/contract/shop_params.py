"""The parameters with which the shop opens Checkout, for an order that no database knows."""

import secrets
from datetime import timedelta
from typing import Any

from carrel import clock
from carrel.settings import Settings
from payments.checkout.orders import CHECKOUT_SESSION_LIFETIME
from payments.checkout.session_params import checkout_session_params
from payments.models import Order

TITLE = "A pass (contract test)"


def params(email: str | None = None, lifetime: timedelta = CHECKOUT_SESSION_LIFETIME, **settings: Any) -> Any:
    """What the shop sends for one pass under these settings."""
    order = Order(
        reference=secrets.token_urlsafe(16),
        price_cents=499,
        currency="usd",
        title=TITLE,
        return_to="/pass/",
        expires_at=clock.now() + lifetime,
    )
    return checkout_session_params(
        Settings(base_url="https://example.com", **settings), order, "contract", email
    )
