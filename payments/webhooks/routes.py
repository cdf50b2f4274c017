"""The webhook endpoint (decision 9)."""

from flask import Response, abort, request

from carrel import security_events
from carrel.security_events import Event, Outcome
from carrel.services import services
from payments.payment_context import payment_context
from payments.stripe.events import MalformedEventError
from payments.stripe.schemas import StripeResponseError
from payments.stripe.signatures import SignatureTimestampError, WebhookSignatureError
from payments.webhooks.event_handler import EventNotHandledError
from payments.webhooks.verify_event import WrongModeError, process_webhook

LARGEST_EVENT_BYTES = 256 * 1024
REJECTED = (WebhookSignatureError, SignatureTimestampError, WrongModeError, MalformedEventError)


def webhook() -> Response:
    """Receive an event. The answer is a status without a body."""
    if not services().settings.sells:
        abort(404)  # with an empty secret, anybody could sign events (PF-13)
    request.max_content_length = LARGEST_EVENT_BYTES
    try:
        process_webhook(
            payment_context(services()), request.get_data(), request.headers.get("Stripe-Signature", "")
        )
    except REJECTED as error:
        security_events.log_event(Event.SIGNATURE_REFUSED, Outcome.FAILURE, reason=type(error).__name__)
        return Response(status=400)
    except (EventNotHandledError, StripeResponseError):
        return Response(status=500)  # Stripe resends it, and the worker retries it
    return Response(status=200)
