"""The log of studying: it only grows, and telling of the same event twice changes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from articles.models import Article, Exam, StudyItem
from carrel.accounts import limits
from carrel.accounts.limits import Limit
from carrel.accounts.models import Reader
from carrel.db import insert_into, insert_or_update
from website.study.events import ReadRow, StudyBatch, StudyRow
from website.study.models import ReadMark, StudyEvent
from website.study.replay import replay

MOST_EVENTS_OF_READER = 200_000  # 50 a day for eleven years
BATCHES = Limit(300, timedelta(minutes=10))  # a device that comes online sends all that it has, 500 at a time
Place = tuple[str, str]  # exam's slug and item's key


@dataclass(frozen=True, slots=True)
class Stored:
    """How many rows are kept now, those that were there already included, and how many are not."""

    stored: int
    refused: int


def store_batch(session: Session, reader_id: int, batch: StudyBatch) -> Stored:
    """Keep what a device tells. Raises `TooManyRequestsError`."""
    limits.check(session, "study-log", str(reader_id), BATCHES)
    events = store(session, reader_id, batch.events)
    reads = store_reads(session, reader_id, batch.reads)
    return Stored(events + reads, batch.refused + len(batch.events) + len(batch.reads) - events - reads)


def store(session: Session, reader_id: int, rows: Sequence[StudyRow]) -> int:
    """Add events that are not there yet, and derive anew what they touch. How many of them are there now.

    Not kept are events of unknown items, and those beyond a reader's most.
    """
    if not rows:
        return 0
    lock(session, reader_id)
    new = {row.event_id: row for row in rows}
    here = _already_here(session, reader_id, list(new))
    items = _items(session, rows)
    fitting = [row for row in new.values() if row.event_id not in here and _fits(row, items)]
    added = fitting[: _room(session, reader_id)] if fitting else []
    if added:
        events = [_columns(reader_id, row, items[row.exam, row.item]) for row in added]
        session.execute(insert_into(session, StudyEvent).on_conflict_do_nothing(), events)
        replay(session, reader_id, {items[row.exam, row.item].id for row in added})
    kept = here | {row.event_id for row in added}
    return sum(row.event_id in kept for row in rows)


def lock(session: Session, *readers: int) -> None:
    """Let nobody else derive these readers' states until the transaction ends."""
    rows = select(Reader.id).where(Reader.id.in_(readers)).order_by(Reader.id)
    session.execute(rows.with_for_update(key_share=True))


def store_reads(session: Session, reader_id: int, rows: Sequence[ReadRow]) -> int:
    """Keep where a reader stopped in articles: of two, the later one. How many are of articles that there are."""
    slugs = {row.article for row in rows}
    if not slugs:
        return 0
    known = session.execute(select(Article.slug, Article.id).where(Article.slug.in_(slugs)))
    ids = {row.slug: row.id for row in known}
    kept = [row for row in rows if row.article in ids]
    merge_reads(session, (_read_columns(reader_id, row, ids[row.article]) for row in kept))
    return len(kept)


def merge_reads(session: Session, marks: Iterable[dict[str, object]]) -> None:
    """Keep read marks, unless a later one of the same reader and article is there."""
    insert_or_update(session, ReadMark, marks, if_later="at")


def _read_columns(reader_id: int, row: ReadRow, article_id: int) -> dict[str, object]:
    return {
        "reader_id": reader_id,
        "article_id": article_id,
        "anchor": row.anchor,
        "is_read": row.is_read,
        "at": row.at,
    }


def _already_here(session: Session, reader_id: int, event_ids: Sequence[str]) -> set[str]:
    query = select(StudyEvent.event_id)
    return set(
        session.scalars(query.where(StudyEvent.reader_id == reader_id, StudyEvent.event_id.in_(event_ids)))
    )


def _items(session: Session, rows: Sequence[StudyRow]) -> dict[Place, StudyItem]:
    query = select(Exam.slug, StudyItem).join(StudyItem, StudyItem.exam_id == Exam.id)
    exams, keys = {row.exam for row in rows}, {row.item for row in rows}
    known = session.execute(query.where(Exam.slug.in_(exams), StudyItem.key.in_(keys)))
    return {(slug, item.key): item for slug, item in known}


def _fits(row: StudyRow, items: dict[Place, StudyItem]) -> bool:
    item = items.get((row.exam, row.item))
    return item is not None and item.kind != "case"  # whose parts are answered, each by itself


def _room(session: Session, reader_id: int) -> int:
    count = select(func.count()).select_from(StudyEvent).where(StudyEvent.reader_id == reader_id)
    return max(MOST_EVENTS_OF_READER - session.scalars(count).one(), 0)


def _columns(reader_id: int, row: StudyRow, item: StudyItem) -> dict[str, object]:
    return {
        "reader_id": reader_id,
        "event_id": row.event_id,
        "item_id": item.id,
        "revision": row.revision,
        "meaning": min(row.meaning, item.meaning),  # nobody has answered what it will mean one day
        "kind": row.kind.value,
        "grade": row.grade,
        "choice": row.choice,
        "study_day": row.day,
        "at": row.at,
        "mode": row.mode,
    }
