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
from carrel.db import Database
from newsletter.subscribers.eligibility import is_subscribed
from newsletter.subscribers.models import Subscriber, Subscription
from newsletter.transfer.cells import guarded
from newsletter.transfer.csv_reader import COLUMNS, TOPIC

AT_ONCE = 1_000


def export_file(db: Database, path: Path, *, actor: str) -> int:
    """Write every subscriber to a CSV that only its owner can read; how many there were.

    Whoever left or is suppressed is not among them. The file appears whole or not at all.
    """
    aside = path.with_name(f".{path.name}.part")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - made private first
            count = _write(db, file)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    with db.write() as session:
        audit.record(
            session, actor=actor, action="subscribers.export", subject=path.name[:200], after={"count": count}
        )
    return count


def _write(db: Database, file: TextIO) -> int:
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    count = 0
    for cells in _lines(db):
        writer.writerow([guarded(cell) for cell in cells])
        count += 1
    return count


def _lines(db: Database) -> Iterator[tuple[str, ...]]:
    """All of them in the order of their ids, some at a time, so that memory stays flat."""
    columns = (Subscriber.email, Subscriber.source, Subscriber.confirmed_at, Subscriber.frequency)
    query = select(Subscriber.id, *columns).where(is_subscribed()).order_by(Subscriber.id).limit(AT_ONCE)
    last = 0
    while True:
        with db.read() as session:
            some = session.execute(query.where(Subscriber.id > last)).all()
            wishes = _wishes(session, [each.id for each in some])
        if not some:
            return
        for number, email, source, consented_at, frequency in some:
            yield (
                email,
                source,
                consented_at.isoformat() if consented_at else "",
                frequency,
                " ".join(wishes[number]),
            )
        last = some[-1].id


def _wishes(session: Session, subscriber_ids: Sequence[int]) -> dict[int, list[str]]:
    """The exams and topics of these subscribers, as the last column says them."""
    slug = func.coalesce(Exam.slug, TOPIC + Topic.slug)
    query = (
        select(Subscription.subscriber_id, slug)
        .outerjoin(Exam, Exam.id == Subscription.exam_id)
        .outerjoin(Topic, Topic.id == Subscription.topic_id)
        .where(Subscription.subscriber_id.in_(subscriber_ids))
        .order_by(Subscription.id)
    )
    wishes: dict[int, list[str]] = defaultdict(list)
    for subscriber_id, word in session.execute(query):
        wishes[subscriber_id].append(word)
    return wishes
