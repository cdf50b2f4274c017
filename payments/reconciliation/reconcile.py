"""Comparing Stripe with the ledger, both ways, and recording what is missing (PAY-25).

Safe at any time and from several processes at once: each difference is resolved by the same `fulfill`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import select

from carrel import clock
from carrel.mail import alarms, restore_hold
from carrel.services import Services
from payments.fulfillment.fulfill import fulfill
from payments.models import Reconciliation
from payments.payment_context import PaymentContext, payment_context
from payments.reconciliation import reconciliation_alerts
from payments.reconciliation.comparison import Difference, find_differences, list_checkout_sessions
from payments.stripe.client import StripeUnavailableError
from payments.stripe.events import HANDLED_EVENTS, Event, MalformedEventError, parse_event
from payments.stripe.schemas import StripeResponseError
from payments.webhooks import inbox
from payments.webhooks.event_handler import EventNotHandledError, process_event

log = structlog.get_logger()
EVERY_SECONDS: Final = 600.0
RECENT_DAYS: Final = 3
NIGHTLY_DAYS: Final = 90
NIGHTLY_INTERVAL: Final = timedelta(hours=24)
EVENT_DAYS: Final = 30  # how long Stripe keeps events


@dataclass(frozen=True)
class ReconciliationReport:
    """All differences, and those that could not be resolved."""

    differences: Sequence[Difference]
    unresolved: Sequence[Difference]


def reconcile(
    context: PaymentContext, days: int = RECENT_DAYS, *, apply: bool = True
) -> ReconciliationReport:
    """Compare the last `days` and the undelivered events; with `apply`, resolve the differences.

    Raises `StripeUnavailableError`: then nothing is known, and the next run tries again.
    """
    since = clock.now() - timedelta(days=days)
    checkout_sessions, differences = list_checkout_sessions(context, since)
    differences += find_differences(context, checkout_sessions)
    events = list(_undelivered_events(context))
    undelivered = [Difference(event.id, f"{event.type} was not delivered") for event in events]
    if not apply:
        return ReconciliationReport(differences + undelivered, differences + undelivered)
    unresolved = [difference for difference in differences if not _resolve(context, difference)]
    for event in events:
        _process_undelivered(context, event)
    with context.db.read() as session:
        alerts = list(reconciliation_alerts.alerts(session, checkout_sessions, since))
    with context.db.write() as session:
        for alert in alerts:
            alarms.raise_alarm(session, *alert)
        count = len(differences) + len(undelivered)
        session.add(Reconciliation(days=days, difference_count=count, finished_at=clock.now()))
        restore_hold.mark_reconciled(session)
    return ReconciliationReport(differences + undelivered, unresolved)


def run_reconciliation(services: Services) -> bool:
    """Worker: compare the last three days, and once a night the last ninety.

    The near days come first: a long listing that fails must not keep from anybody what they paid for today.
    """
    if not services.settings.sells:
        return False
    context = payment_context(services)
    with context.db.read() as session:
        nightly = select(Reconciliation.id).where(
            Reconciliation.days == NIGHTLY_DAYS, Reconciliation.finished_at > clock.now() - NIGHTLY_INTERVAL
        )
        is_nightly_done = session.scalars(nightly.limit(1)).first() is not None
    for days in (RECENT_DAYS,) if is_nightly_done else (RECENT_DAYS, NIGHTLY_DAYS):
        try:
            reconcile(context, days)
        except StripeUnavailableError as error:
            log.warning("reconciliation postponed", days=days, why=str(error))
            break
    return False


def _undelivered_events(context: PaymentContext) -> Iterator[Event]:
    since = clock.now() - timedelta(days=EVENT_DAYS)
    for response in context.stripe.list_undelivered_events(since, sorted(HANDLED_EVENTS)):
        try:
            event = parse_event(response)
        except (StripeResponseError, MalformedEventError):
            log.warning("undelivered event cannot be read", event_id=str(response.get("id"))[:255])
            continue
        with context.db.read() as session:
            row = inbox.find_event(session, event.id)
        if row is None or not inbox.is_finished(row):
            yield event


def _resolve(context: PaymentContext, difference: Difference) -> bool:
    """Whether the difference is gone."""
    try:
        fulfill(context, difference.object_id)
    except StripeUnavailableError:
        raise
    except Exception:  # one that cannot be resolved must not stop the others
        log.exception(
            "difference not resolved", session_id=difference.object_id, difference=difference.description
        )
        return False
    return True


def _process_undelivered(context: PaymentContext, event: Event) -> None:
    try:
        process_event(context, event, delivered=False)
    except EventNotHandledError:
        log.warning("undelivered event not handled", event_id=event.id)
