"""From an event to its effect in the ledger."""

import time
from typing import Final

import structlog
from sqlalchemy import select

from carrel.http.services import Services
from payments.fulfillment import notifications
from payments.fulfillment.fulfill import fulfill
from payments.fulfillment.match_order import NotOurSessionError, UnknownOrderError
from payments.models import Payment, StripeEvent
from payments.payment_context import PaymentContext, shop_of, site_id
from payments.stripe.client import StripeNotFoundError
from payments.stripe.events import ABOUT_A_SESSION, EventFact
from payments.stripe.metadata import ORDER_KEY, SITE_KEY
from payments.webhooks import inbox

log = structlog.get_logger()
WAIT_SECONDS: Final = 10.0  # for another delivery of the same event; Stripe waits about as long for us
LOOK_EVERY_SECONDS: Final = 0.05


class EventNotHandledError(Exception):
    """The event's effect is not in the ledger yet; somebody must try again. Carries the event's id."""

    def __init__(self, event_id: str) -> None:
        self.event_id = event_id
        super().__init__(event_id)


def receive(shop: PaymentContext, event: EventFact, *, delivered: bool = True) -> None:
    """Keep an event and bring its effect into the ledger, unless that was done before. Raises `EventNotHandledError`.

    When another delivery of it is being handled, wait for that: what it did is done for all.
    """
    if _is_over(shop, event.id):
        return
    with shop.db.write() as session:
        ours = inbox.claim(session, event, delivered=delivered)
    if ours is not None:
        handle(shop, ours)
    elif not _is_over_soon(shop, event.id):
        raise EventNotHandledError(event.id)


def handle(shop: PaymentContext, event: StripeEvent) -> None:
    """Bring the effect of an event that we have claimed into the ledger. Raises `EventNotHandledError`, having noted why."""
    try:
        _enter(shop, event)
    except Exception as failure:  # whatever it is, the event stays in the inbox
        kind = type(failure).__name__
        log.warning("event not handled", event_id=event.event_id, type=event.type, failure=kind)
        with shop.db.write() as session:
            inbox.note_failure(session, event.id, failure)
        raise EventNotHandledError(event.event_id) from failure


def handle_one(services: Services) -> bool:
    """Worker: handle the event that waits longest. Whether there was one."""
    if not services.settings.sells:
        return False
    shop = shop_of(services)
    with shop.db.write() as session:
        event = inbox.claim_due(session)
    if event is None:
        return False
    try:
        handle(shop, event)
    except EventNotHandledError:
        return True  # noted; it comes again after its pause
    return True


def _is_over(shop: PaymentContext, event_id: str) -> bool:
    with shop.db.read() as session:
        event = inbox.find(session, event_id)
    return event is not None and inbox.is_over(event)


def _is_over_soon(shop: PaymentContext, event_id: str) -> bool:
    give_up = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < give_up:
        with shop.db.read() as session:
            event = inbox.find(session, event_id)
        if event is None or inbox.is_over(event) or not inbox.is_leased(event):
            return event is not None and inbox.is_over(event)
        time.sleep(LOOK_EVERY_SECONDS)
    return False


def _enter(shop: PaymentContext, event: StripeEvent) -> None:
    try:
        fulfill(shop, _session_of(shop, event), lambda session: inbox.close(session, event, "done"))
    except NotOurSessionError:
        with shop.db.write() as session:
            inbox.close(session, event, "ignored")
    except UnknownOrderError as unknown:
        with shop.db.write() as session:
            notifications.unknown_order(session, unknown.session_id)
            inbox.close(session, event, "done")


def _session_of(shop: PaymentContext, event: StripeEvent) -> str:
    """The Checkout Session to look at. Raises `NotOurSessionError`."""
    if event.type in ABOUT_A_SESSION:
        return str(event.body["id"])
    intent = event.body.get("payment_intent")
    if not isinstance(intent, str):
        raise NotOurSessionError(event.event_id)
    with shop.db.read() as session:
        known = select(Payment.checkout_session_id).where(Payment.payment_intent == intent)
        found, ours = session.scalars(known).one_or_none(), site_id(session)
    return found or _session_asked(shop, intent, ours)


def _session_asked(shop: PaymentContext, intent: str, ours: str) -> str:
    """A refund or dispute that came before its payment: Stripe knows which session it belongs to."""
    try:
        marks = shop.stripe.intent(intent).metadata
    except StripeNotFoundError:
        raise NotOurSessionError(intent) from None
    if marks.get(SITE_KEY) != ours or ORDER_KEY not in marks:
        raise NotOurSessionError(intent)
    found = shop.stripe.session_of(intent)
    if found is None:
        raise NotOurSessionError(intent)
    return found
