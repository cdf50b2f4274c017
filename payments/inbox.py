"""The inbox: an event is kept first, then handled, and is done when its effect is in the ledger."""

from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from payments import effects
from payments.events import ABOUT_A_SESSION, KNOWN, EventFact
from payments.facts import StripeUnreadable
from payments.fulfil import fulfil
from payments.identify import ORDER, SITE, Foreign, UnknownOrder
from payments.models import Payment, StripeEvent
from payments.shop import Shop, shop_of, site_id
from payments.stripe_api import NoSuchThing, StripeAway
from website import clock
from website.db import insert_into
from website.mail import alarms
from website.web.services import Services

log = structlog.get_logger()
TRIES: Final = 10
HEAD_START: Final = timedelta(seconds=15)  # for the request that brought the event, before the worker looks
FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(hours=1)
PAUSE_WHILE_AWAY: Final = timedelta(minutes=1)


class NotHandled(Exception):
    """The event's effect is not in the ledger yet; somebody must try again. Carries the event's id."""

    def __init__(self, event_id: str) -> None:
        self.event_id = event_id
        super().__init__(event_id)


def keep(session: Session, event: EventFact, *, delivered: bool = True) -> StripeEvent:
    """The event's row: a new one, or the one from when it came before.

    One that was not `delivered` but fetched by us is no sign that the webhook works.
    """
    now = clock.now()
    row = {
        "source": "stripe",
        "event_id": event.id,
        "type": event.type,
        "body": event.body(),
        "created_at": datetime.fromtimestamp(event.created, UTC),
        "received_at": now if delivered else None,
        "next_try_at": now + HEAD_START,
    }
    session.execute(insert_into(session, StripeEvent).values(row).on_conflict_do_nothing())
    return session.scalars(select(StripeEvent).where(StripeEvent.event_id == event.id)).one()


def handle(shop: Shop, event: StripeEvent) -> None:
    """Bring the event's effect into the ledger. Raises `NotHandled`, having noted why.

    An event that is done, or that waits for the operator after ten tries, needs nothing more.
    """
    if event.handled_at or event.dead_at:
        return
    try:
        _handle(shop, event)
    except Exception as failure:  # whatever it is, the event stays in the inbox
        log.warning(
            "event not handled", event_id=event.event_id, type=event.type, failure=type(failure).__name__
        )
        _note_failure(shop, event, failure)
        raise NotHandled(event.event_id) from failure


def handle_one(services: Services) -> bool:
    """Worker: handle the event that waits longest. Whether there was one."""
    if not services.settings.sells:
        return False
    shop = shop_of(services)
    with shop.db.write() as session:
        event = _claim(session)
    if event is None:
        return False
    try:
        handle(shop, event)
    except NotHandled:
        return True  # noted; it comes again after its pause
    return True


def retry(session: Session, event_id: str) -> bool:
    """The operator has mended the cause: a dead event gets its tries again. Whether there was such an event."""
    dead = update(StripeEvent).where(StripeEvent.event_id == event_id, StripeEvent.dead_at.is_not(None))
    risen = dead.values(dead_at=None, tries=0, next_try_at=clock.now()).returning(StripeEvent.id)
    return session.scalars(risen).first() is not None


def _handle(shop: Shop, event: StripeEvent) -> None:
    try:
        session_id = _session_of(shop, event)
        fulfil(shop, session_id, lambda session: _done(session, event, "done"))
    except Foreign:
        with shop.db.write() as session:
            _done(session, event, "ignored")
    except UnknownOrder as unknown:
        with shop.db.write() as session:
            effects.unknown_order(session, unknown.session_id)
            _done(session, event, "done")


def _session_of(shop: Shop, event: StripeEvent) -> str:
    """The Checkout Session to look at. Raises `Foreign`."""
    if event.type in ABOUT_A_SESSION:
        return str(event.body["id"])
    intent = event.body.get("payment_intent")
    if not isinstance(intent, str):
        raise Foreign(event.event_id)
    with shop.db.read() as session:
        known = select(Payment.checkout_session_id).where(Payment.payment_intent == intent)
        found, ours = session.scalars(known).one_or_none(), site_id(session)
    return found or _session_asked(shop, intent, ours)


def _session_asked(shop: Shop, intent: str, ours: str) -> str:
    """A refund or dispute that came before its payment: Stripe knows which session it belongs to."""
    try:
        marks = shop.stripe.intent(intent).metadata
    except NoSuchThing:
        raise Foreign(intent) from None
    if marks.get(SITE) != ours or ORDER not in marks:
        raise Foreign(intent)
    found = shop.stripe.session_of(intent)
    if found is None:
        raise Foreign(intent)
    return found


def _done(session: Session, event: StripeEvent, outcome: str) -> None:
    undone = update(StripeEvent).where(StripeEvent.id == event.id, StripeEvent.handled_at.is_(None))
    session.execute(undone.values(handled_at=clock.now(), outcome=outcome, last_error=""))


def _claim(session: Session) -> StripeEvent | None:
    """Take the event that is due, and keep other workers off it for a while."""
    now = clock.now()
    waiting = (
        StripeEvent.handled_at.is_(None),
        StripeEvent.dead_at.is_(None),
        StripeEvent.next_try_at <= now,
    )
    # A type of a later release is left to it: both releases may work while one replaces the other.
    known = select(StripeEvent.id).where(*waiting, StripeEvent.type.in_(KNOWN))
    first = known.order_by(StripeEvent.next_try_at).limit(1).with_for_update(skip_locked=True)
    event_id = session.scalars(first).one_or_none()
    if event_id is None:
        return None
    taken = update(StripeEvent).where(StripeEvent.id == event_id)
    return session.scalars(taken.values(next_try_at=now + PAUSE_WHILE_AWAY).returning(StripeEvent)).one()


def _note_failure(shop: Shop, event: StripeEvent, failure: Exception) -> None:
    with shop.db.write() as session:
        row = session.get_one(StripeEvent, event.id)
        if row.handled_at:
            return
        row.last_error = f"{type(failure).__name__}: {_plain(failure)}"[:200]
        if isinstance(failure, StripeAway):  # no fault of the event: it does not wear out its tries
            row.next_try_at = clock.now() + PAUSE_WHILE_AWAY
            return
        row.tries += 1
        row.next_try_at = clock.now() + min(FIRST_PAUSE * 2 ** (row.tries - 1), LONGEST_PAUSE)
        if isinstance(failure, StripeUnreadable):
            _raise_unreadable(session, row)
        if row.tries >= TRIES:
            _bury(session, row)


def _plain(failure: Exception) -> str:
    # Our own failures carry ids; a database's or library's words may carry values.
    return str(failure) if type(failure).__module__.startswith("payments.") else ""


def _raise_unreadable(session: Session, row: StripeEvent) -> None:
    alarms.raise_alarm(
        session,
        "stripe-unreadable",
        "Stripe sent something that we cannot read",
        f"Event {row.event_id} ({row.type}): {row.last_error}. Nothing was granted for it.",
    )


def _bury(session: Session, row: StripeEvent) -> None:
    row.dead_at = clock.now()
    alarms.raise_alarm(
        session,
        f"event-dead:{row.event_id}"[:80],
        "An event of Stripe's could not be handled",
        f"After {row.tries} tries, event {row.event_id} ({row.type}) waits for you: {row.last_error}. "
        "Reconciliation may have entered its effect meanwhile.",
    )
