"""Handling an event: find its Checkout Session, and fulfill it."""

import time
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.services import Services
from payments.fulfillment import fraud_warnings, notifications
from payments.fulfillment.fulfill import Callback, fulfill
from payments.fulfillment.match_order import NotOurSessionError, UnknownOrderError
from payments.models import Payment, StripeEvent
from payments.payment_context import PaymentContext, payment_context, site_id
from payments.stripe.client import StripeNotFoundError
from payments.stripe.events import CHECKOUT_SESSION_EVENTS, FRAUD_WARNING_EVENTS, Event
from payments.stripe.metadata import ORDER_KEY, SITE_KEY
from payments.webhooks import inbox

log = structlog.get_logger()
WAIT_SECONDS: Final = 10.0  # for another delivery of the same event; Stripe's own timeout is about as long
POLL_SECONDS: Final = 0.05


class EventNotHandledError(Exception):
    """The event could not be handled, and must be retried. Carries its id."""

    def __init__(self, event_id: str) -> None:
        self.event_id = event_id
        super().__init__(event_id)


def process_event(context: PaymentContext, event: Event, *, delivered: bool = True) -> None:
    """Store an event and handle it, unless that was done before. Raises `EventNotHandledError`.

    While another delivery of the same event is being handled, wait for its result.
    """
    if _is_finished(context, event.id):
        return
    with context.db.write() as session:
        leased = inbox.lease(session, event, delivered=delivered)
    if leased is not None:
        handle_event(context, leased)
    elif not _wait_until_finished(context, event.id):
        raise EventNotHandledError(event.id)


def handle_event(context: PaymentContext, event: StripeEvent) -> None:
    """Handle an event that we have leased. Raises `EventNotHandledError` after recording the reason."""
    try:
        _fulfill(context, event)
    except Exception as failure:  # whatever it is, the event stays in the inbox
        kind = type(failure).__name__
        log.warning("event not handled", event_id=event.event_id, type=event.type, failure=kind)
        with context.db.write() as session:
            inbox.record_failure(session, event.id, failure)
        raise EventNotHandledError(event.event_id) from failure


def handle_next_event(services: Services) -> bool:
    """Worker: handle the event that has been due longest. Whether there was one."""
    if not services.settings.sells:
        return False
    context = payment_context(services)
    with context.db.write() as session:
        event = inbox.lease_next(session)
    if event is None:
        return False
    try:
        handle_event(context, event)
    except EventNotHandledError:
        return True  # recorded; it is retried later
    return True


def _is_finished(context: PaymentContext, event_id: str) -> bool:
    with context.db.read() as session:
        event = inbox.find_event(session, event_id)
    return event is not None and inbox.is_finished(event)


def _wait_until_finished(context: PaymentContext, event_id: str) -> bool:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        with context.db.read() as session:
            event = inbox.find_event(session, event_id)
        if event is None or inbox.is_finished(event) or not inbox.is_leased(event):
            return event is not None and inbox.is_finished(event)
        time.sleep(POLL_SECONDS)
    return False


def _fulfill(context: PaymentContext, event: StripeEvent) -> None:
    try:
        checkout_session_id = _checkout_session_id(context, event)
        fulfill(context, checkout_session_id, _completion(context, event))
    except NotOurSessionError:
        with context.db.write() as session:
            inbox.mark_handled(session, event, "ignored")
    except StripeNotFoundError:
        if not event.body.get("context"):
            raise
        with context.db.write() as session:  # a thin event of a connected account
            inbox.mark_handled(session, event, "ignored")
    except UnknownOrderError as error:
        with context.db.write() as session:
            notifications.unknown_order(session, error.session_id)
            inbox.mark_handled(session, event, "done")


def _completion(context: PaymentContext, event: StripeEvent) -> Callback:
    """What ends the handling, in the transaction that fulfills the session."""
    if event.type not in FRAUD_WARNING_EVENTS:
        return lambda session: inbox.mark_handled(session, event, "done")
    warning = context.stripe.retrieve_fraud_warning(str(event.body["id"]))

    def complete(session: Session) -> None:
        fraud_warnings.apply_warning(session, context.settings, warning)
        inbox.mark_handled(session, event, "done")

    return complete


def _checkout_session_id(context: PaymentContext, event: StripeEvent) -> str:
    """The Checkout Session that the event concerns. Raises `NotOurSessionError`."""
    if event.type in CHECKOUT_SESSION_EVENTS:
        return str(event.body["id"])
    intent = _payment_intent(context, event.body)
    if intent is None:
        raise NotOurSessionError(event.event_id)
    with context.db.read() as session:
        recorded = select(Payment.checkout_session_id).where(Payment.payment_intent == intent)
        checkout_session_id, our_site = session.scalars(recorded).one_or_none(), site_id(session)
    return checkout_session_id or _checkout_session_id_at_stripe(context, intent, our_site)


def _payment_intent(context: PaymentContext, body: dict[str, object]) -> str | None:
    if "payment_intent" not in body:  # a thin event
        return context.stripe.related_payment_intent(str(body["object"]), str(body["id"]))
    intent = body["payment_intent"]
    return intent if isinstance(intent, str) else None


def _checkout_session_id_at_stripe(context: PaymentContext, intent: str, our_site: str) -> str:
    """Ask Stripe, because the payment of this refund or dispute is not recorded yet."""
    try:
        metadata = context.stripe.retrieve_payment_intent(intent).metadata
    except StripeNotFoundError:
        raise NotOurSessionError(intent) from None
    if metadata.get(SITE_KEY) != our_site or ORDER_KEY not in metadata:
        raise NotOurSessionError(intent)
    checkout_session_id = context.stripe.checkout_session_id_for(intent)
    if checkout_session_id is None:
        raise NotOurSessionError(intent)
    return checkout_session_id
