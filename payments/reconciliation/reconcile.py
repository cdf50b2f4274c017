"""Comparing Stripe with the ledger, both ways, and entering what is missing (PAY-25).

Safe at any time and by several at once: it finds differences, and mends each by the same `fulfill`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.http.services import Services
from carrel.mail import alarms, restore_hold
from payments.fulfillment.apply_session import next_state
from payments.fulfillment.fulfill import fulfill
from payments.fulfillment.match_order import SITE, NotOurSessionError, UnknownOrderError, identify
from payments.ledger import entries
from payments.ledger.entitlement import SETTLED_FOR_US, given_back
from payments.models import Dispute, Payment, Reconciliation
from payments.payment_context import PaymentContext, shop_of, site_id
from payments.reconciliation import reconciliation_alerts
from payments.stripe.client import StripeUnavailableError
from payments.stripe.events import KNOWN, EventFact, MalformedEventError, read_event
from payments.stripe.schemas import SessionFact, StripeResponseError, read
from payments.webhooks import inbox
from payments.webhooks.event_handler import EventNotHandledError, receive

log = structlog.get_logger()
EVERY_SECONDS: Final = 600.0
RECENT_DAYS: Final = 3
FAR_DAYS: Final = 90
EVENT_DAYS: Final = 30  # as long as Stripe lists them
FAR_EVERY: Final = timedelta(hours=24)


@dataclass(frozen=True)
class Difference:
    """Something about a Checkout Session or event that Stripe and the ledger tell differently."""

    about: str
    what: str


@dataclass(frozen=True)
class Report:
    """What a comparison found, and what is still different after mending."""

    found: Sequence[Difference]
    left: Sequence[Difference]


def reconcile(shop: PaymentContext, days: int = RECENT_DAYS, *, apply: bool = True) -> Report:
    """Compare the last `days`, and the undelivered events; mend what differs when `apply` is set.

    Raises `StripeUnavailableError`: nothing is known then, and the next run will tell.
    """
    since = clock.now() - timedelta(days=days)
    facts, found = _listed(shop, since)
    found += differences(shop, facts)
    events = list(_undelivered(shop))
    reported = [*found, *(Difference(event.id, f"{event.type} was not delivered") for event in events)]
    if not apply:
        return Report(reported, reported)
    left = [each for each in found if not _mend(shop, each)]
    for event in events:
        _handle(shop, event)
    _close(shop, facts, since, Reconciliation(days=days, found=len(reported), finished_at=clock.now()))
    return Report(reported, left)


def run(services: Services) -> bool:
    """Worker: the last three days, and once a night the last ninety."""
    if not services.settings.sells:
        return False
    shop = shop_of(services)
    with shop.db.read() as session:
        far = select(Reconciliation.id).where(
            Reconciliation.days == FAR_DAYS, Reconciliation.finished_at > clock.now() - FAR_EVERY
        )
        is_night_done = session.scalars(far.limit(1)).first() is not None
    try:
        reconcile(shop, RECENT_DAYS if is_night_done else FAR_DAYS)
    except StripeUnavailableError as away:
        log.warning("reconciliation put off", why=str(away))
    return False


def _listed(shop: PaymentContext, since: datetime) -> tuple[list[SessionFact], list[Difference]]:
    """All sessions that can be read, and those of ours that cannot; other sellers' may look like anything."""
    with shop.db.read() as session:
        ours = site_id(session)
    facts, unreadable = [], []
    for answer in shop.stripe.sessions_since(since):
        try:
            facts.append(read(SessionFact, answer))
        except StripeResponseError as wrong:
            if (answer.get("metadata") or {}).get(SITE) == ours:
                unreadable.append(Difference(str(answer.get("id")), str(wrong)))
    return facts, unreadable


def differences(shop: PaymentContext, facts: Sequence[SessionFact]) -> list[Difference]:
    """What the ledger does not tell of these sessions."""
    with shop.db.read() as session:
        told = ((fact, _difference(session, fact)) for fact in facts)
        return [Difference(fact.id, what) for fact, what in told if what]


def _difference(session: Session, fact: SessionFact) -> str | None:
    try:
        order = identify(session, fact).order
    except NotOurSessionError:
        return None
    except UnknownOrderError:
        return "was paid for an order that is not in the database"
    payment = session.scalars(select(Payment).where(Payment.checkout_session_id == fact.id)).one_or_none()
    if fact.is_paid and payment is None:
        return "was paid, and the ledger does not have it"
    if (state := next_state(order, fact)) != order.state:
        return f"is {state} at Stripe, {order.state} here"
    return _difference_in_money(session, payment, fact) if payment and fact.charge else None


def _difference_in_money(session: Session, payment: Payment, fact: SessionFact) -> str | None:
    assert fact.charge  # noqa: S101 - narrows the type
    if fact.charge.amount_refunded != given_back(payment.id, entries.states_of(session, [payment.id])):
        return "has other refunds at Stripe"
    if not fact.charge.disputed:
        return None
    latest = select(Dispute.status).where(Dispute.payment_id == payment.id).order_by(Dispute.id.desc())
    status = session.scalars(latest.limit(1)).one_or_none()
    return None if status in SETTLED_FOR_US | {"lost"} else f"has a dispute ({status or 'unknown'} here)"


def _close(shop: PaymentContext, facts: Sequence[SessionFact], since: datetime, done: Reconciliation) -> None:
    with shop.db.read() as session:
        warnings = list(reconciliation_alerts.warnings(session, facts, since))
    with shop.db.write() as session:
        for key, subject, text in warnings:
            alarms.raise_alarm(session, key, subject, text)
        session.add(done)
        restore_hold.mark_reconciled(session)


def _undelivered(shop: PaymentContext) -> Iterator[EventFact]:
    since = clock.now() - timedelta(days=EVENT_DAYS)
    for answer in shop.stripe.undelivered_events(since, sorted(KNOWN)):
        try:
            event = read_event(answer)
        except (StripeResponseError, MalformedEventError):
            log.warning("undelivered event cannot be read", event_id=str(answer.get("id"))[:255])
            continue
        with shop.db.read() as session:
            row = inbox.find(session, event.id)
        if row is None or not inbox.is_over(row):
            yield event


def _mend(shop: PaymentContext, difference: Difference) -> bool:
    """Whether the difference is gone."""
    try:
        fulfill(shop, difference.about)
    except StripeUnavailableError:
        raise
    except Exception:  # one that cannot be mended must not keep the others from it
        log.exception("difference not mended", session_id=difference.about, what=difference.what)
        return False
    return True


def _handle(shop: PaymentContext, event: EventFact) -> None:
    try:
        receive(shop, event, delivered=False)
    except EventNotHandledError:
        log.warning("undelivered event not handled", event_id=event.id)
