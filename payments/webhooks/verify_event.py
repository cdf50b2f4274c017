"""Verifying an incoming event: its signature, its mode, and whether we handle its type."""

import structlog

from carrel.mail import alarms
from payments.payment_context import PaymentContext
from payments.stripe import signatures
from payments.stripe.events import HANDLED_EVENTS, Event, parse_envelope, parse_event
from payments.stripe.schemas import StripeResponseError
from payments.stripe.signatures import TOLERANCE_SECONDS, SignatureTimestampError, WebhookSignatureError
from payments.webhooks.event_handler import process_event

log = structlog.get_logger()
_logged_types: set[str] = set()
_signature_failures = signatures.SignatureFailureCounter()


class WrongModeError(Exception):
    """A test mode event at a live site, or the other way around."""


def process_webhook(context: PaymentContext, body: bytes, signature_header: str) -> None:
    """Verify and process an event. Returns when nothing is left to do for it.

    Raises `WebhookSignatureError`, `SignatureTimestampError`, `WrongModeError`, `MalformedEventError`: rejected,
    nothing is written except alarms; `StripeResponseError`, `EventNotHandledError`: Stripe should resend it.
    """
    _check_signature(context, body, signature_header)
    try:
        event = _parse(context, body)
    except StripeResponseError as error:
        _alarm(
            context,
            "stripe-unreadable",
            "Stripe sent something unreadable",
            f"An event: {error}.",
        )
        raise
    if event is not None:
        process_event(context, event)


def _check_signature(context: PaymentContext, body: bytes, header: str) -> None:
    secrets = [secret.get_secret_value() for secret in context.settings.stripe_webhook_secret]
    try:
        age = signatures.verify(body, header, secrets)
    except WebhookSignatureError:
        if _signature_failures.record():
            _alarm(
                context,
                "webhook-signatures",
                "Many events with an invalid signature",
                "Either someone is trying to forge events, or STRIPE_WEBHOOK_SECRET is not the signing secret in "
                "Stripe's dashboard. All of them were rejected.",
            )
        raise
    except SignatureTimestampError as error:
        _clock_alarm(context, error.age)
        raise
    if age < -TOLERANCE_SECONDS:
        _clock_alarm(context, age)


def _parse(context: PaymentContext, body: bytes) -> Event | None:
    """The event, or None for one that is not for us: another type, or another seller's account (Connect)."""
    envelope, payload = parse_envelope(body)
    if envelope.livemode != context.stripe.is_live:
        mode = "live" if context.stripe.is_live else "test"
        _alarm(
            context,
            "webhook-mode",
            "An event of the wrong mode",
            f"This site uses Stripe's {mode} mode, and event {envelope.id} is of the other mode. It was rejected. "
            "Check the webhook's URL and secret in Stripe's dashboard.",
        )
        raise WrongModeError
    if envelope.account:
        log.info("event of a connected account", account=envelope.account[:255])
        return None
    if envelope.snapshot_type in HANDLED_EVENTS:
        return parse_event(payload)
    if envelope.type not in _logged_types and len(_logged_types) < len(HANDLED_EVENTS) * 10:
        _logged_types.add(envelope.type)
        log.info("event of an unknown type", type=envelope.type[:100])
    return None


def _clock_alarm(context: PaymentContext, age: int) -> None:
    _alarm(
        context,
        "webhook-clock",
        "This machine's clock and Stripe's differ",
        f"A genuine Stripe event seems to be {abs(age)} seconds {'old' if age > 0 else 'early'}. Beyond "
        f"{TOLERANCE_SECONDS} seconds, events are rejected as replays. Set the clock (NTP).",
    )


def _alarm(context: PaymentContext, key: str, subject: str, text: str) -> None:
    with context.db.write() as session:
        alarms.raise_alarm(session, key, subject, text)
