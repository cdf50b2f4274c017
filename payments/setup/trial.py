"""A trial: a payment page is opened as for a buyer, and expired; its event must arrive at the running site."""

import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from stripe.params.checkout import SessionCreateParams

from carrel import clock
from carrel.db import Database
from carrel.findings import Finding, error, ok, warning
from carrel.settings import Settings
from payments import offer
from payments.checkout.orders import CHECKOUT_SESSION_LIFETIME
from payments.checkout.session_params import checkout_session_params
from payments.models import Order, StripeEvent
from payments.setup.webhook_checks import webhook_url
from payments.stripe.client import StripeApi
from payments.stripe.errors import StripeRefusedError, StripeUnavailableError
from payments.stripe.schemas import StripeResponseError

EXPIRED: Final = "checkout.session.expired"
WAIT_SECONDS: Final = 20.0
POLL_SECONDS: Final = 0.25
PERMANENT_FIXES: Final = (
    ("amount", "Raise PASS_PRICE_CENTS: every currency has a minimum amount (docs.stripe.com/currencies)."),
    ("currency", "Correct PASS_CURRENCY: docs.stripe.com/currencies lists what your account can accept."),
    ("tax", "Finish Tax → Settings in Stripe's dashboard, or remove PASS_TAX."),
    ("payment_method", "Correct PASS_PAYMENT_METHODS, or turn the method on: Settings → Payment methods."),
    ("url", "Correct CARREL_BASE_URL."),
)


class Trial:
    """`session_id` is None when the page could not be opened."""

    def __init__(self, finding: Finding, session_id: str | None = None) -> None:
        self.finding, self.session_id = finding, session_id


def try_checkout(api: StripeApi, settings: Settings) -> Trial:
    """Open a payment page with the shop's own parameters, and expire it: price, currency, tax and methods are right."""
    try:
        created = api.create_checkout_session(_params(settings), f"carrel-trial-{secrets.token_hex(16)}")
        api.expire_checkout_session(created.id)
    except StripeRefusedError as refused:
        words = f"{refused.code} {refused.param}"
        fix = next(
            (fix for part, fix in PERMANENT_FIXES if part in words), "Look at the log in Stripe's Workbench."
        )
        return Trial(error("payment page", f"Stripe rejects it: {refused.message or refused}", fix))
    except (StripeUnavailableError, StripeResponseError) as failed:
        return Trial(
            error("payment page", f"it could not be opened: {failed}", "Fix the problems above first.")
        )
    price = offer.price_display(settings)
    return Trial(ok("payment page", f"one for {price} was opened as for a buyer, then closed"), created.id)


def await_event(
    db: Database, settings: Settings, session_id: str, sleep: Callable[[float], None] = time.sleep
) -> Finding:
    """Wait until the event of the trial's end has come in by the webhook: address and secret are right then."""
    began = time.monotonic()
    while not _has_arrived(db, session_id):
        if time.monotonic() - began > WAIT_SECONDS:
            return warning(
                "delivery",
                f"Stripe's event has not arrived within {WAIT_SECONDS:.0f} seconds",
                f"Is the website running, restarted since its settings changed, and does {webhook_url(settings)} answer "
                "from outside? Then run: carrel stripe check. Workbench → Webhooks shows the answer that Stripe got.",
            )
        sleep(POLL_SECONDS)
    return ok(
        "delivery",
        f"Stripe's event arrived after {time.monotonic() - began:.0f} seconds, with a valid signature",
    )


def _has_arrived(db: Database, session_id: str) -> bool:
    recent = select(StripeEvent.body).where(
        StripeEvent.type == EXPIRED,
        StripeEvent.received_at.is_not(None),
        StripeEvent.created_at > clock.now() - timedelta(hours=1),
    )
    with db.read() as session:
        return any(body.get("id") == session_id for body in session.scalars(recent))


def _params(settings: Settings) -> SessionCreateParams:
    now = clock.now()
    order = Order(
        reference="carrel-trial",
        price_cents=settings.pass_price_cents,
        currency=settings.pass_currency,
        title=offer.title(settings),
        return_to="/pass/",
        created_at=now,
        expires_at=now + CHECKOUT_SESSION_LIFETIME,
    )
    params = checkout_session_params(settings, order, "", None)
    params["metadata"] = {}  # like no session of this site: its event is ignored
    params["payment_intent_data"]["metadata"] = {}
    return params
