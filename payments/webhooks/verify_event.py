"""Taking an event in: is it Stripe's, is it for this site's mode, do we know it; then kept, then handled."""

import structlog

from carrel.mail import alarms
from payments.payment_context import PaymentContext
from payments.stripe import signatures
from payments.stripe.events import KNOWN, EventFact, read_event, read_head
from payments.stripe.schemas import StripeResponseError
from payments.stripe.signatures import TOLERANCE_SECONDS, NotSignedError, SignatureTimestampError
from payments.webhooks.event_handler import receive

log = structlog.get_logger()
_logged_types: set[str] = set()
_forgeries = signatures.Burst()


class WrongModeError(Exception):
    """A test event at a live site, or the other way round."""


def take_in(shop: PaymentContext, body: bytes, header: str) -> None:
    """Keep and handle an event. Returns when nothing is left to do for it.

    Raises `NotSignedError`, `SignatureTimestampError`, `WrongModeError`, `MalformedEventError` (refused, nothing written but alarms),
    `StripeResponseError` and `EventNotHandledError` (Stripe should send it again).
    """
    _check_signature(shop, body, header)
    try:
        event = _read(shop, body)
    except StripeResponseError as unreadable:
        _alarm(
            shop, "stripe-unreadable", "Stripe sent something that we cannot read", f"An event: {unreadable}."
        )
        raise
    if event is None:
        return
    receive(shop, event)


def _check_signature(shop: PaymentContext, body: bytes, header: str) -> None:
    secrets = [secret.get_secret_value() for secret in shop.settings.stripe_webhook_secret]
    try:
        age = signatures.check(body, header, secrets)
    except NotSignedError:
        if _forgeries.is_full():
            _alarm(
                shop,
                "webhook-signatures",
                "Many events with a wrong signature",
                "Either somebody tries to forge events, or STRIPE_WEBHOOK_SECRET is not the one of this webhook "
                "in Stripe's dashboard. None of them was believed.",
            )
        raise
    except SignatureTimestampError as wrong:
        _alarm_about_clock(shop, wrong.age)
        raise
    if age < -TOLERANCE_SECONDS:
        _alarm_about_clock(shop, age)


def _read(shop: PaymentContext, body: bytes) -> EventFact | None:
    """The event, or None for a type that means nothing to us."""
    head, whole = read_head(body)
    if head.livemode != shop.stripe.is_live:
        ours = "live" if shop.stripe.is_live else "test"
        _alarm(
            shop,
            "webhook-mode",
            "An event of the wrong mode",
            f"This site uses Stripe's {ours} mode, and event {head.id} is of the other one. It was refused. "
            "Look at the webhook's address and secret in Stripe's dashboard.",
        )
        raise WrongModeError
    if head.type in KNOWN:
        return read_event(whole)
    if head.type not in _logged_types and len(_logged_types) < len(KNOWN) * 10:
        _logged_types.add(head.type)
        log.info("event of an unknown type", type=head.type[:100])
    return None


def _alarm_about_clock(shop: PaymentContext, age: int) -> None:
    _alarm(
        shop,
        "webhook-clock",
        "This machine's clock and Stripe's differ",
        f"A genuine event of Stripe's seems to be {abs(age)} seconds {'old' if age > 0 else 'early'}. Beyond "
        f"{TOLERANCE_SECONDS} seconds, events are refused as replays. Set the clock (NTP).",
    )


def _alarm(shop: PaymentContext, key: str, subject: str, text: str) -> None:
    with shop.db.write() as session:
        alarms.raise_alarm(session, key, subject, text)
