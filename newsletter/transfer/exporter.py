"""Exporting subscribers: those who get the digest, in the form that an import reads."""

import csv
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from articles.models import Exam, Topic
from carrel import audit
from carrel.csv_export import guard
from carrel.db import Database
from newsletter.subscribers.eligibility import is_subscribed
from newsletter.subscribers.models import Subscriber, Subscription
from newsletter.transfer.csv_reader import COLUMNS, TOPIC

BATCH = 1_000


def export_file(db: Database, path: Path, *, actor: str) -> int:
    """Write every subscriber to a CSV that only its owner can read; how many there were.

    Whoever left or is suppressed is not among them. The file appears whole or not at all.
    """
    part = path.with_name(f".{path.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - made private first
            count = _write(db, file)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    with db.write() as session:
        audit.record(
            session, actor=actor, action="subscribers.export", subject=path.name[:200], after={"count": count}
        )
    return count


def _write(db: Database, file: TextIO) -> int:
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    count = 0
    for cells in _records(db):
        writer.writerow([guard(cell) for cell in cells])
        count += 1
    return count


def _records(db: Database) -> Iterator[tuple[str, ...]]:
    """All of them in the order of their ids, in batches, so that memory stays flat."""
    columns = (Subscriber.email, Subscriber.source, Subscriber.confirmed_at, Subscriber.frequency)
    query = select(Subscriber.id, *columns).where(is_subscribed()).order_by(Subscriber.id).limit(BATCH)
    last = 0
    while True:
        with db.read() as session:
            rows = session.execute(query.where(Subscriber.id > last)).all()
            subscriptions = _subscriptions(session, [row.id for row in rows])
        if not rows:
            return
        for subscriber_id, email, source, consented_at, frequency in rows:
            yield (
                email,
                source,
                consented_at.isoformat() if consented_at else "",
                frequency,
                " ".join(subscriptions[subscriber_id]),
            )
        last = rows[-1].id


def _subscriptions(session: Session, subscriber_ids: Sequence[int]) -> dict[int, list[str]]:
    """The exams and topics of these subscribers, as the last column has them."""
    slug_or_topic = func.coalesce(Exam.slug, TOPIC + Topic.slug)
    query = (
        select(Subscription.subscriber_id, slug_or_topic)
        .outerjoin(Exam, Exam.id == Subscription.exam_id)
        .outerjoin(Topic, Topic.id == Subscription.topic_id)
        .where(Subscription.subscriber_id.in_(subscriber_ids))
        .order_by(Subscription.id)
    )
    slugs: dict[int, list[str]] = defaultdict(list)
    for subscriber_id, slug in session.execute(query):
        slugs[subscriber_id].append(slug)
    return slugs
