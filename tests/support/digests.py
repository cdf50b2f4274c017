"""Digests for tests: what the worker's steps do, without its loop."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail import suppression
from carrel.services import Services, make_services
from carrel.settings import Settings
from newsletter.delivery import sweep
from newsletter.delivery.send_step import DigestSender
from newsletter.issues import composition, delivery_stats, due, freezing
from newsletter.issues.models import Delivery, DeliveryState, Issue
from newsletter.subscribers.models import Frequency, Subscriber, Subscription
from tests.support.articles import put_article, put_exam
from tests.support.smtp import FakeMailServer

BEFORE = timedelta(days=1)
SATURDAY = datetime(2026, 11, 14, 6, 0, tzinfo=UTC)
MOST_STEPS = 500
PATIENCE_SECONDS = 600.0  # a slow machine is no failure


def add_subscribers(
    session: Session, count: int, *, frequency: Frequency = Frequency.EACH, start: int = 0
) -> None:
    """Subscribers reader-0@example.org … of the exam CPB, quickly."""
    exam, now = put_exam(session), clock.now()
    emails = [f"reader-{number}@example.org" for number in range(start, start + count)]
    hashes = suppression.address_hashes(session, emails)
    rows = [
        {"email": email, "email_key": email, "address_hash": hashed, "state": "confirmed", "frequency": frequency,
         "source": "", "created_at": now, "confirmed_at": now}
        for email, hashed in zip(emails, hashes, strict=True)
    ]  # fmt: skip
    session.bulk_insert_mappings(Subscriber.__mapper__, rows)
    ids = session.scalars(select(Subscriber.id).order_by(Subscriber.id.desc()).limit(count)).all()
    subscriptions = [
        {"subscriber_id": subscriber_id, "exam_id": exam.id, "since": now - BEFORE} for subscriber_id in ids
    ]
    session.bulk_insert_mappings(Subscription.__mapper__, subscriptions)


def start_schedule(services: Services) -> None:
    """The worker's first look: what was there before is no news."""
    due.run_step(services)


def make_ready(services: Services) -> None:
    """Everything up to the handing over: due, frozen, composed, begun."""
    due.run_step(services)
    for step in (freezing.run_step, composition.run_step):
        for _ in range(MOST_STEPS):
            if not step(services):
                break
        else:
            raise AssertionError("a step that never ends")


def put_issue(services: Services, recipients: int, **article: Any) -> None:
    """An issue of one new article that goes out to this many, who want each."""
    put_pending_article(services, recipients, **article)
    make_ready(services)


def put_pending_article(
    services: Services, recipients: int, frequency: Frequency = Frequency.EACH, **article: Any
) -> None:
    """A new article for this many readers of a frequency; no issue was made of it yet."""
    with services.db.write() as session:
        add_subscribers(session, recipients, frequency=frequency)
    start_schedule(services)
    with services.db.write() as session:
        put_article(session, "new", **article)


def subjects(mail_server: FakeMailServer) -> list[str]:
    """Of all mails that arrived."""
    return [str(mail.message["Subject"]) for mail in mail_server.mails]


@contextmanager
def services_sending_to(settings: Settings, port: int, **more: object) -> Iterator[Services]:
    """Services whose mail goes to the server on this port."""
    url = SecretStr(f"smtp://127.0.0.1:{port}")
    services = make_services(settings.model_copy(update={"smtp_url": url, **more}))
    try:
        yield services
    finally:
        services.db.close()


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def count_in_states(services: Services, *which: DeliveryState) -> int:
    """How many deliveries stand there."""
    with services.db.read() as session:
        return session.scalars(select(func.count()).where(Delivery.state.in_(which))).one()


def expire_leases(services: Services) -> None:
    """As if the leases' ten minutes were over, and the minute's look came."""
    with services.db.write() as session:
        held = update(Delivery).where(Delivery.state == DeliveryState.LEASED)
        session.execute(held.values(lease_until=clock.now() - timedelta(seconds=1)))
        sweep.sweep(session, records_are_durable=not services.db.is_sqlite)


def make_all_due(services: Services) -> None:
    """As if the minutes before the next try were over."""
    with services.db.write() as session:
        waiting = update(Delivery).where(Delivery.state == DeliveryState.QUEUED)
        session.execute(waiting.values(due_at=clock.now()))


@contextmanager
def digest_sender(services: Services, **knobs: Any) -> Iterator[DigestSender]:
    """A worker's connections, closed at the end."""
    sender = DigestSender(**knobs)
    try:
        yield sender
    finally:
        sender.close()


def send_all(services: Services) -> None:
    """Hand over all that is due."""
    with digest_sender(services) as sender:
        drain(sender, services)


def drain(sender: DigestSender, services: Services) -> None:
    """Go on until nothing is due; a connection may take longer than its batch."""
    for _ in range(MOST_STEPS):
        if sender.run_step(services):
            continue
        sender.close()
        if not sender.run_step(services):
            return


def deliver(services: Services) -> None:
    """From due to sent."""
    make_ready(services)
    send_all(services)


def the_issue(session: Session, **columns: Any) -> Issue:
    """The only issue (with these columns)."""
    return session.scalars(select(Issue).filter_by(**columns)).one()


def count_states(session: Session) -> dict[str, int]:
    """How many deliveries stand where, and that every issue's accounts add up (MAIL-03)."""
    for issue in session.scalars(select(Issue).where(Issue.frozen_at.is_not(None))):
        assert delivery_stats.stats_of(session, issue).adds_up
    counted = select(Delivery.state, func.count()).group_by(Delivery.state)
    return dict(session.execute(counted).all())
