"""Importing subscribers: all lines or none, nobody overwritten, nobody who left brought back (MAIL-19)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, ColumnElement, func, insert, literal, select
from sqlalchemy.orm import Session

from articles.models import Exam, Topic
from carrel import audit, clock
from carrel.db import Database, UtcDateTime, insert_into
from carrel.mail import suppression
from carrel.mail.models import Suppression
from newsletter.subscribers import consent
from newsletter.subscribers.models import SignUp, SignUpMethod, Subscriber, SubscriberState, Subscription
from newsletter.transfer.csv_reader import LineMessage, SlugIds, SubscriberRow, read_file

BATCH = 1_000
HashedRow = tuple[SubscriberRow, bytes]


@dataclass
class ImportReport:
    """What an import did, or would do: one wrong line stops it whole."""

    problems: list[LineMessage]
    passed_over: list[LineMessage] = field(default_factory=list)  # lines that need nothing done, and why
    added: int = 0


def import_file(db: Database, path: Path, *, actor: str, dry_run: bool = False) -> ImportReport:
    """Import a CSV of subscribers who consented elsewhere. Raises `InvalidFileError`.

    Reading and comparing are done before the database is locked for writing.
    """
    with db.read() as session:
        parsed = read_file(path, _slug_ids(session), clock.now())
        report = ImportReport(parsed.problems, parsed.repeated)
        new = _new(session, parsed.rows, report.passed_over)
    if report.problems:
        return report
    report.added = len(new)
    if not dry_run:
        with db.write() as session:
            report.added = _add(session, new)
            result: audit.Values = {"added": report.added, "passed over": len(report.passed_over)}
            audit.record(
                session, actor=actor, action="subscribers.import", subject=path.name[:200], after=result
            )
    return report


def _slug_ids(session: Session) -> SlugIds:
    exams = session.execute(select(Exam.slug, Exam.id).where(Exam.in_files).order_by(Exam.position))
    topics = session.execute(select(Topic.slug, Topic.id).where(Topic.in_files))
    return SlugIds(dict(iter(exams)), dict(iter(topics)))


def _batches(rows: Sequence[HashedRow]) -> Iterator[Sequence[HashedRow]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _new(session: Session, rows: Sequence[SubscriberRow], passed_over: list[LineMessage]) -> list[HashedRow]:
    """The rows of addresses that are neither here nor suppressed; the others are noted."""
    hashes = suppression.address_hashes(session, [row.address.key for row in rows])
    new = []
    for batch in _batches(list(zip(rows, hashes, strict=True))):
        reasons = _why_not(session, [address_hash for _row, address_hash in batch])
        passed_over += [
            LineMessage(row.line, reasons[address_hash])
            for row, address_hash in batch
            if address_hash in reasons
        ]
        new += [(row, address_hash) for row, address_hash in batch if address_hash not in reasons]
    passed_over.sort(key=lambda message: message.line)
    return new


def _why_not(session: Session, hashes: Sequence[bytes]) -> Mapping[bytes, str]:
    here = select(Subscriber.address_hash, Subscriber.state).where(Subscriber.address_hash.in_(hashes))
    shut_out = select(Suppression.address_hash, Suppression.kind)
    shut_out = shut_out.where(Suppression.address_hash.in_(hashes)).order_by(Suppression.kind)
    reasons = {hashed: f"Already here ({state}): left as it is." for hashed, state in session.execute(here)}
    for hashed, kind in session.execute(shut_out):
        reasons[hashed] = f"Suppressed ({kind}): stays out."
    return reasons


def _add(session: Session, new: Sequence[HashedRow]) -> int:
    """Add those that nobody else added meanwhile; how many.

    The rows that go with a subscriber are made by the database itself, one statement for all who want the
    same: the transaction must end before other writers time out.
    """
    by_choices: dict[tuple[tuple[int, ...], tuple[int, ...]], list[dict[str, Any]]] = defaultdict(list)
    now = clock.now()
    for row, hashed in new:
        by_choices[row.exams, row.topics].append(_subscriber(row, hashed, now))
    return sum(_add_batch(session, now, subscribers, *choices) for choices, subscribers in by_choices.items())


def _add_batch(
    session: Session,
    now: datetime,
    subscribers: list[dict[str, Any]],
    exams: Sequence[int],
    topics: Sequence[int],
) -> int:
    last = session.scalars(select(func.coalesce(func.max(Subscriber.id), 0))).one()
    adding = insert_into(session, Subscriber).on_conflict_do_nothing()
    session.connection().execute(adding, subscribers)
    added = (
        Subscriber.id > last,
        Subscriber.created_at == now,
        Subscriber.state == SubscriberState.CONFIRMED,
    )
    _add_evidence(session, added, exams, topics)
    for column, ids in ((Subscription.exam_id, exams), (Subscription.topic_id, topics)):
        for chosen_id in ids:
            rows = select(Subscriber.id, literal(chosen_id), literal(now, UtcDateTime)).where(*added)
            into = [Subscription.subscriber_id, column, Subscription.since]
            session.execute(insert(Subscription).from_select(into, rows))
    return session.scalars(select(func.count()).select_from(Subscriber).where(*added)).one()


def _subscriber(row: SubscriberRow, address_hash: bytes, now: datetime) -> dict[str, Any]:
    return {
        "email": row.address.typed,
        "email_key": row.address.key,
        "address_hash": address_hash,
        "state": SubscriberState.CONFIRMED.value,
        "pace": row.frequency.value,
        "source": row.source,
        "created_at": now,
        "confirmed_at": row.consented_at,
    }


def _add_evidence(
    session: Session, added: Sequence[ColumnElement[bool]], exams: Sequence[int], topics: Sequence[int]
) -> None:
    same = {
        "subscriber_id": Subscriber.id,
        "how": literal(SignUpMethod.IMPORT.value),
        "text_version": literal(consent.BY_OPERATOR),
        "source": Subscriber.source,
        "pace": Subscriber.frequency,
        "exams": literal(list(exams), JSON),
        "topics": literal(list(topics), JSON),
        "asked_at": Subscriber.confirmed_at,
        "asked_from": literal(""),
        "confirmed_at": Subscriber.confirmed_at,
        "confirmed_from": literal(""),
    }
    session.execute(insert(SignUp).from_select(list(same), select(*same.values()).where(*added)))
