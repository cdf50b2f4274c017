"""Stripe's events over HTTP (decision 9)."""

import structlog
from flask import Response, abort, request

from carrel.http.services import services
from payments.payment_context import shop_of
from payments.stripe.events import MalformedEventError
from payments.stripe.schemas import StripeResponseError
from payments.stripe.signatures import NotSignedError, SignatureTimestampError
from payments.webhooks.event_handler import EventNotHandledError
from payments.webhooks.verify_event import WrongModeError, take_in

log = structlog.get_logger()
LARGEST_EVENT_BYTES = 256 * 1024
REFUSALS = (NotSignedError, SignatureTimestampError, WrongModeError, MalformedEventError)


def webhook() -> Response:
    """An event of Stripe's, answered without a word."""
    if not services().settings.sells:
        abort(404)  # an empty secret would verify whatever anybody signs with an empty key (PF-13)
    request.max_content_length = LARGEST_EVENT_BYTES
    try:
        take_in(shop_of(services()), request.get_data(), request.headers.get("Stripe-Signature", ""))
    except REFUSALS as refused:
        log.warning("event refused", why=type(refused).__name__)
        return Response(status=400)
    except (EventNotHandledError, StripeResponseError):
        return Response(status=500)  # Stripe sends it again, and so does the worker
    return Response(status=200)
