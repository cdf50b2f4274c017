"""Metrics for Prometheus. All come from the tables and the home, so that each process reports the same.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from carrel import clock
from carrel.accounts.models import Reader
from carrel.mail import restore_hold
from carrel.mail.models import Alarm, OutboxMail, OutboxState
from carrel.services import Services
from newsletter.issues import delivery_totals
from newsletter.subscribers.models import Subscriber
from payments.models import Payment, StripeEvent
from website.backup import backup_store, restore_test
from website.doctor import heartbeat


def registry_of(services: Services) -> CollectorRegistry:
    """A registry with nothing in it but these numbers, asked for now."""
    collector_registry = CollectorRegistry(auto_describe=False)
    collector_registry.register(SiteCollector(services))
    return collector_registry


class SiteCollector(Collector):
    """Asks the database and the home when it is asked."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterable[Metric]:
        """All numbers."""
        with self._services.db.read() as session:
            yield from _of_tables(session)
        yield from self._of_the_home()

    def _of_the_home(self) -> Iterator[Metric]:
        home, now = self._services.settings.home, clock.now()
        usage, tested = shutil.disk_usage(home), restore_test.last_result(home)
        newest = next(iter(backup_store.all_backups(home)), None)
        yield _one("carrel_disk_free_bytes", "Free disk space in CARREL_HOME", usage.free)
        yield _age(
            "carrel_worker_beat_age_seconds",
            "Seconds since the worker was last seen",
            heartbeat.last(home),
            now,
        )
        yield _age(
            "carrel_backup_age_seconds", "Seconds since the newest backup", newest.at if newest else None, now
        )
        good_at = tested.last_good_at if tested else None
        yield _age(
            "carrel_restore_test_age_seconds", "Seconds since the last successful restore test", good_at, now
        )


def _of_tables(session: Session) -> Iterator[Metric]:
    now = clock.now()
    yield _by("carrel_mails", "Transactional mails by state", session, OutboxMail.state)
    yield _counts(
        "carrel_deliveries", "Deliveries of digests by state", delivery_totals.count_by_state(session)
    )
    yield _by("carrel_subscribers", "Subscribers by state", session, Subscriber.state)
    yield _by("carrel_payments", "Payments by outcome", session, Payment.outcome)
    yield _count("carrel_pass_holders", "Readers without ads", session, Reader.ad_free)
    yield _count("carrel_alarms_open", "Unacknowledged alarms", session, Alarm.acknowledged_at.is_(None))
    waiting = StripeEvent.handled_at.is_(None) & StripeEvent.dead_at.is_(None)
    yield _count("carrel_stripe_events_waiting", "Stripe events not yet handled", session, waiting)
    dead = StripeEvent.dead_at.is_not(None)
    yield _count("carrel_stripe_events_dead", "Failed Stripe events", session, dead)
    yield _one(
        "carrel_mail_held", "1 while all email is on hold after a restore", int(restore_hold.is_held(session))
    )
    queued = select(func.min(OutboxMail.created_at)).where(OutboxMail.state == OutboxState.QUEUED)
    yield _age(
        "carrel_mail_oldest_age_seconds",
        "Seconds that the oldest mail has waited",
        session.scalar(queued),
        now,
    )
    heard = session.scalar(select(func.max(StripeEvent.received_at)))
    yield _age("carrel_webhook_age_seconds", "Seconds since Stripe's last event", heard, now)


def _one(name: str, help_: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_, value=value)


def _age(name: str, help_: str, since: datetime | None, now: datetime) -> Metric:
    """Without a sample when it never was: Prometheus has `absent()` for that."""
    family = GaugeMetricFamily(name, help_)
    if since is not None:
        family.add_metric([], (now - since).total_seconds())
    return family


def _count(
    name: str, help_: str, session: Session, which: ColumnElement[bool] | InstrumentedAttribute[bool]
) -> Metric:
    return _one(name, help_, session.scalar(select(func.count()).where(which)) or 0)


def _by(name: str, help_: str, session: Session, column: InstrumentedAttribute[str]) -> Metric:
    counts = session.execute(select(column, func.count()).group_by(column)).all()
    return _counts(name, help_, {str(value): count for value, count in counts}, label=column.key)


def _counts(name: str, help_: str, counts: Mapping[str, int], label: str = "state") -> Metric:
    family = GaugeMetricFamily(name, help_, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family
