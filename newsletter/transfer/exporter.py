"""Exporting subscribers: those who get the digest, in the form that an import reads."""

import csv
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from articles.models import Exam, Topic
from carrel import audit, clock
from carrel.csv_export import guard
from carrel.db import Database
from newsletter.subscribers.eligibility import is_subscribed
from newsletter.subscribers.models import Subscriber, Subscription
from newsletter.transfer.csv_reader import COLUMNS
from newsletter.transfer.row_reader import TOPIC

BATCH = 1_000


def export_file(db: Database, path: Path, *, actor: str) -> int:
    """Write every subscriber to a CSV that only its owner can read; how many there were.

    Whoever left or is suppressed is not among them. The file appears whole or not at all.
    """
    part = path.with_name(f".{path.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - made private first
            count = export(db, file)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    record(db, actor, path.name[:200], count)
    return count


def export(db: Database, file: TextIO) -> int:
    """Write every subscriber, in a form that a spreadsheet shows right and an import reads; how many."""
    file.write("\ufeff")  # or Excel takes it for Windows-1252
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    count = 0
    for cells in _records(db):
        writer.writerow([guard(cell) for cell in cells])
        count += 1
    return count


def record(db: Database, actor: str, name: str, count: int) -> None:
    """Taking people's data away is in the log (CON-08)."""
    with db.write() as session:
        audit.record(session, actor=actor, action="subscribers.export", subject=name, after={"count": count})


def _records(db: Database) -> Iterator[tuple[str, ...]]:
    """All of them in the order of their ids, in batches, so that memory stays flat."""
    columns = (
        Subscriber.email,
        Subscriber.source,
        Subscriber.confirmed_at,
        Subscriber.frequency,
        Subscriber.paused_until,
    )
    query = select(Subscriber.id, *columns).where(is_subscribed()).order_by(Subscriber.id).limit(BATCH)
    last, now = 0, clock.now()
    while True:
        with db.read() as session:
            rows = session.execute(query.where(Subscriber.id > last)).all()
            subscriptions = _subscriptions(session, [row.id for row in rows])
        if not rows:
            return
        for row in rows:
            paused = row.paused_until if row.paused_until and row.paused_until > now else None
            subscribed = " ".join(subscriptions[row.id])
            yield (
                row.email,
                row.source,
                _iso(row.confirmed_at),
                row.frequency,
                subscribed,
                _iso(paused),
            )
        last = rows[-1].id


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


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
