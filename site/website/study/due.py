"""What is due for a reader: asked of the derived state, with the exam's date and the items' present meaning in mind.

The stored due day does not know of the exam. Whatever would be due only after it is due once more in the week before,
spread over its days, unless it was answered in that week. An item that means something else since it was answered is
due at once. `due` in static/js/memory.js has the same rule.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from articles.items import CHECKED_KINDS
from articles.models import Article, StudyItem
from articles.study_items import can_be_answered
from website.study.models import StudyState
from website.study.replay import NEVER

LAST_DAYS = 7  # before the exam
CHECKED_SECONDS, GRADED_SECONDS = 40, 12  # an item that is answered and read about; a card
MOST_BY_ID = 1_000
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True, slots=True)
class Calendar:
    """A reader's day, and the days of the exams that they planned, by the exam's id."""

    today: int
    exam_days: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DueItem:
    """An item that is due. `is_changed`: it means something else since it was answered."""

    item_id: int
    exam_id: int
    due_day: int
    is_changed: bool


@dataclass(frozen=True, slots=True)
class DueCounts:
    """How many items are due, by the exam's id and the item's kind."""

    by_exam_and_kind: Mapping[tuple[int, str], int]

    @property
    def exams(self) -> dict[int, int]:
        """How many, by the exam's id; the most first."""
        counts: Counter[int] = Counter()
        for (exam_id, _), count in self.by_exam_and_kind.items():
            counts[exam_id] += count
        return dict(counts.most_common())

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(self.by_exam_and_kind.values())

    def seconds(self, exam_id: int | None = None) -> int:
        """About how long they take, for one exam or for all."""
        wanted = {key: count for key, count in self.by_exam_and_kind.items() if exam_id in {None, key[0]}}
        return sum(seconds_of(kind) * count for (_, kind), count in wanted.items())


def seconds_of(kind: str) -> int:
    """About how long an item of this kind takes."""
    return CHECKED_SECONDS if kind in CHECKED_KINDS else GRADED_SECONDS


def minutes(seconds: int) -> int:
    """Whole minutes; at least one, if it takes any time."""
    return -(-seconds // 60)


def capped_day(due_day: int, last_day: int, exam_day: int) -> int:
    """The day on which an item is due that is answered for an exam which lies ahead."""
    if due_day < exam_day or due_day == NEVER or last_day >= exam_day - LAST_DAYS:
        return due_day
    return exam_day - 1 - due_day % LAST_DAYS


def due_items(
    session: Session,
    reader_id: int,
    calendar: Calendar,
    now: datetime,
    *,
    most: int,
    exam_id: int | None = None,
) -> list[DueItem]:
    """The items that are due, those that changed first, then the longest overdue: `most` of them at most."""
    columns = (
        StudyState.item_id,
        StudyItem.exam_id,
        StudyState.due_day,
        StudyItem.meaning > StudyState.meaning,
    )
    due = [
        DueItem(*row)
        for is_due in _ways(session, calendar)
        for row in session.execute(
            _joined(select(*columns), reader_id, now, exam_id)
            .where(*is_due)
            .order_by(StudyState.due_day, StudyState.item_id)
            .limit(most)
        )
    ]
    return sorted(due, key=lambda item: (not item.is_changed, item.due_day, item.item_id))[:most]


def due_counts(session: Session, reader_id: int, calendar: Calendar, now: datetime) -> DueCounts:
    """How many items are due, by exam and kind."""
    counts: Counter[tuple[int, str]] = Counter()
    for is_due in _ways(session, calendar):
        query = _joined(select(StudyItem.exam_id, StudyItem.kind, func.count()), reader_id, now)
        rows = session.execute(query.where(*is_due).group_by(StudyItem.exam_id, StudyItem.kind))
        for exam_id, kind, count in rows:
            counts[exam_id, kind] += count
    return DueCounts(counts)


def due_counts_of_readers(
    session: Session, readers: Collection[int], today: int, now: datetime
) -> dict[tuple[int, int], int]:
    """How many items are due for each of many readers on a day, by reader and exam: one query for all of them.

    None of them is in the week before an exam.
    """
    changed = and_(StudyItem.meaning > 1, StudyItem.meaning > StudyState.meaning)
    query = (
        select(StudyState.reader_id, StudyItem.exam_id, func.count())
        .join(StudyItem, StudyItem.id == StudyState.item_id)
        .join(Article, Article.id == StudyItem.article_id)
        .where(StudyState.reader_id.in_(readers), *can_be_answered(now))
        .where(or_(StudyState.due_day <= today, changed))
        .group_by(StudyState.reader_id, StudyItem.exam_id)
    )
    return {(reader_id, exam_id): count for reader_id, exam_id, count in session.execute(query)}


def _joined(query: Select[*Ts], reader_id: int, now: datetime, exam_id: int | None = None) -> Select[*Ts]:
    query = (
        query.select_from(StudyState)
        .join(StudyItem, StudyItem.id == StudyState.item_id)
        .join(Article, Article.id == StudyItem.article_id)
        .where(StudyState.reader_id == reader_id, *can_be_answered(now))
    )
    return query if exam_id is None else query.where(StudyItem.exam_id == exam_id)


def _ways(session: Session, calendar: Calendar) -> Iterator[list[ColumnElement[bool]]]:
    """How an item can be due; no item is due in two ways."""
    is_same = StudyItem.meaning <= StudyState.meaning
    yield [StudyState.due_day <= calendar.today, is_same]
    # Few items ever mean something else. Asked for by their ids, no other row of the reader's is looked at.
    if changed := session.scalars(
        select(StudyItem.id).where(StudyItem.meaning > 1).limit(MOST_BY_ID + 1)
    ).all():
        by_id = [StudyState.item_id.in_(changed)] if len(changed) <= MOST_BY_ID else []
        yield [*by_id, StudyItem.meaning > StudyState.meaning]
    for exam_id, exam_day in calendar.exam_days.items():
        if exam_day - LAST_DAYS <= calendar.today < exam_day:
            yield [
                StudyItem.exam_id == exam_id,
                StudyState.due_day >= exam_day,
                StudyState.due_day < NEVER,
                StudyState.last_day < exam_day - LAST_DAYS,
                exam_day - 1 - StudyState.due_day % LAST_DAYS <= calendar.today,
                is_same,
            ]
