"""Importing subscribers: nobody overwritten, nobody who left brought back (MAIL-19), nothing done twice.

The command and the admin pages do the same: read and check the file, keep its lines in batches, carry out batch after batch.
Each batch is one transaction that also marks it as done, so a killed import goes on where it stopped.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from articles.models import Exam, Topic
from carrel import audit, clock
from carrel.db import Database
from newsletter.transfer import adding
from newsletter.transfer.csv_reader import ParsedFile, parse
from newsletter.transfer.fates import Decision, Fate, decide
from newsletter.transfer.models import ImportState, SubscriberImport, SubscriberImportBatch
from newsletter.transfer.packing import Line, pack_lines, pack_rows, unpack_rows
from newsletter.transfer.row_reader import Defaults, LineMessage, SlugIds

BATCH = 1_000
Item = TypeVar("Item")


@dataclass(frozen=True)
class CheckedFile:
    """A file that was read, and what would become of each of its lines, in their order."""

    name: str
    parsed: ParsedFile
    lines: Sequence[Line]

    @property
    def counts(self) -> dict[str, int]:
        """How many lines have which fate."""
        return dict(Counter(line.fate for line in self.lines))


def check(db: Database, name: str, content: bytes, defaults: Defaults) -> CheckedFile:
    """Read a file, and say what would become of its lines. Changes nothing. Raises `InvalidFileError`."""
    with db.read() as session:
        parsed = parse(name, content, _slug_ids(session), clock.now(), defaults)
        decided = [line for rows in _batches(parsed.rows) for line in _lines(decide(session, rows))]
    others = [*_messages(parsed.problems, Fate.INVALID), *_messages(parsed.repeated, Fate.REPEATED)]
    lines = sorted([*decided, *others], key=lambda line: line.number)
    return CheckedFile(name, parsed, lines)


def keep(session: Session, checked: CheckedFile, actor: str, evidence: str = "") -> SubscriberImport:
    """Keep a checked file, so that it can be carried out without the file itself."""
    kept = SubscriberImport(
        created_at=clock.now(),
        created_by=actor,
        file_name=checked.name[:200],
        service=checked.parsed.service,
        evidence=evidence,
        counts=checked.counts,
    )
    session.add(kept)
    session.flush()
    fixed = [line.masked for line in checked.lines if line.fate in {Fate.INVALID, Fate.REPEATED}]
    for number, lines in enumerate(_batches(fixed)):
        _add_batch(session, kept, -1 - number, pack_lines(lines), done=True)
    for number, rows in enumerate(_batches(checked.parsed.rows)):
        _add_batch(session, kept, number, pack_rows(rows), done=False)
    return kept


def start(session: Session, import_id: int) -> bool:
    """Let the worker carry it out. Whether that is new: a second click changes nothing."""
    kept = session.get_one(SubscriberImport, import_id, with_for_update=True)
    if kept.state != ImportState.CHECKED:
        return False
    kept.state = ImportState.RUNNING
    return True


def discard(session: Session, import_id: int) -> bool:
    """Forget an import that was not started. Whether there was one."""
    unused = SubscriberImport.id == import_id, SubscriberImport.state == ImportState.CHECKED
    deleting = delete(SubscriberImport).where(*unused).returning(SubscriberImport.id)
    return session.scalars(deleting).first() is not None


def run(db: Database, checked: CheckedFile, actor: str) -> None:
    """Carry a checked file out here and now. If this process dies, the worker goes on."""
    with db.write() as session:
        kept = keep(session, checked, actor)
        start(session, kept.id)
    while carry_out_batch(db, kept.id):
        pass


def carry_out_batch(db: Database, import_id: int) -> bool:
    """Carry out the next batch of a running import. Whether there is another."""
    with db.write() as session:
        kept = session.get_one(SubscriberImport, import_id, with_for_update=True)
        batch = session.scalars(_open_batches(import_id).limit(1)).first()
        if kept.state != ImportState.RUNNING:
            return False
        if batch is None:
            _finish(session, kept)
            return False
        decisions = decide(session, unpack_rows(batch.content))
        adding.apply(session, decisions, kept.evidence)
        batch.content, batch.done_at = pack_lines([line.masked for line in _lines(decisions)]), clock.now()
    return True


def _finish(session: Session, kept: SubscriberImport) -> None:
    kept.state, kept.finished_at = ImportState.FINISHED, clock.now()
    kept.counts = dict(Counter(line.fate for line in results(session, kept.id)))
    after: audit.Values = {"import": kept.id, **kept.counts}
    audit.record(
        session, actor=kept.created_by, action="subscribers.import", subject=kept.file_name, after=after
    )


def results(session: Session, import_id: int) -> list[Line]:
    """What became of each line, or would become of it, in their order; addresses are masked."""
    batches = select(SubscriberImportBatch).where(SubscriberImportBatch.import_id == import_id)
    lines: list[Line] = []
    for batch in session.scalars(batches.order_by(SubscriberImportBatch.number)):
        lines += _lines_of(session, batch)
    return sorted(lines, key=lambda line: line.number)


def examples(session: Session, import_id: int, most: int) -> list[Line]:
    """Some lines that did or do not simply become a subscriber: of the first batches, so that it is quick."""
    first = select(SubscriberImportBatch).where(SubscriberImportBatch.import_id == import_id)
    first = first.order_by(SubscriberImportBatch.number.between(-1, 2).desc(), SubscriberImportBatch.number)
    lines = [line for batch in session.scalars(first.limit(4)) for line in _lines_of(session, batch)]
    special = [line for line in lines if line.fate is not Fate.ADDED]
    return sorted(special, key=lambda line: (line.fate is not Fate.INVALID, line.number))[:most]


def done_share(session: Session, import_id: int) -> tuple[int, int]:
    """How many batches are done, of how many."""
    done = select(SubscriberImportBatch.done_at).where(
        SubscriberImportBatch.import_id == import_id, SubscriberImportBatch.number >= 0
    )
    moments = session.scalars(done).all()
    return sum(moment is not None for moment in moments), len(moments)


def _lines_of(session: Session, batch: SubscriberImportBatch) -> list[Line]:
    if batch.done_at:
        return Line.unpack(batch.content)
    return [line.masked for line in _lines(decide(session, unpack_rows(batch.content)))]


def _slug_ids(session: Session) -> SlugIds:
    exams = session.execute(select(Exam.slug, Exam.id).where(Exam.in_files).order_by(Exam.position))
    topics = session.execute(select(Topic.slug, Topic.id).where(Topic.in_files))
    return SlugIds(dict(iter(exams)), dict(iter(topics)))


def _open_batches(import_id: int) -> Select[SubscriberImportBatch]:
    batches = select(SubscriberImportBatch).order_by(SubscriberImportBatch.number)
    return batches.where(
        SubscriberImportBatch.import_id == import_id, SubscriberImportBatch.done_at.is_(None)
    )


def _add_batch(session: Session, kept: SubscriberImport, number: int, content: bytes, *, done: bool) -> None:
    done_at = clock.now() if done else None
    session.add(SubscriberImportBatch(import_id=kept.id, number=number, content=content, done_at=done_at))


def _lines(decisions: Iterable[Decision]) -> list[Line]:
    return [
        Line(decision.row.line, decision.row.address.typed, decision.fate, decision.sentence)
        for decision in decisions
    ]


def _messages(messages: Iterable[LineMessage], fate: Fate) -> list[Line]:
    return [Line(message.line, message.cell, fate, message.sentence) for message in messages]


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start_at in range(0, len(items), BATCH):
        yield items[start_at : start_at + BATCH]
