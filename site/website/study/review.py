"""The queue of a reader's day: what is due, then what was missed today, until it is known."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from articles.models import Article, StudyItem
from articles.study_items import can_be_answered
from website.study.due import Calendar, DueCounts, capped_day, due_counts, due_items
from website.study.memory import State, next_state
from website.study.models import StudyEvent, StudyState
from website.study.replay import NEVER

GRADES = {1: "Again", 2: "Hard", 3: "Good", 4: "Easy"}


@dataclass(frozen=True, slots=True)
class Queue:
    """How many items are due, how many come again, and the next one."""

    due: DueCounts
    again: int
    item_id: int | None
    is_changed: bool = False
    is_again: bool = False

    @property
    def count(self) -> int:
        """How many are left today."""
        return self.due.total + self.again


def queue_of(session: Session, reader_id: int, calendar: Calendar, now: datetime) -> Queue:
    """What is left for today. What was missed comes again after all the rest, the longest ago first."""
    due = due_counts(session, reader_id, calendar, now)
    again = missed_today(session, reader_id, calendar.today, now)
    if first := due_items(session, reader_id, calendar, now, most=1):
        return Queue(due, len(again), first[0].item_id, is_changed=first[0].is_changed)
    return Queue(due, len(again), again[0] if again else None, is_again=True)


def missed_today(session: Session, reader_id: int, today: int, now: datetime) -> list[int]:
    """The items whose last answer today was wrong, the longest ago first."""
    items = (
        select(StudyState.item_id)
        .join(StudyItem, StudyItem.id == StudyState.item_id)
        .join(Article, Article.id == StudyItem.article_id)
        .where(
            StudyState.reader_id == reader_id,
            StudyState.last_day == today,
            StudyState.due_day.between(today + 1, NEVER - 1),
            StudyItem.meaning <= StudyState.meaning,
            *can_be_answered(now),
        )
    )
    answers = session.execute(
        select(StudyEvent.item_id, StudyEvent.at, StudyEvent.event_id, StudyEvent.grade).where(
            StudyEvent.reader_id == reader_id,
            StudyEvent.item_id.in_(session.scalars(items).all()),
            StudyEvent.study_day == today,
            StudyEvent.grade > 0,
        )
    ).all()
    last = {item_id: (at, grade) for item_id, at, _, grade in sorted(answers, key=lambda row: row[1:3])}
    return sorted((item for item, (_, grade) in last.items() if grade == 1), key=lambda item: last[item])


def days_until_due(session: Session, reader_id: int, item: StudyItem, calendar: Calendar) -> dict[int, int]:
    """After how many days the item would come again, by the grade that it is given now."""
    row = session.get(StudyState, (reader_id, item.id))
    state = None
    if row and row.meaning >= item.meaning:
        state = State(row.stability, row.difficulty, row.due_day, row.last_day, row.reps, row.lapses)
    days = {}
    for grade in GRADES:
        after = next_state(state, grade, calendar.today)
        exam_day = calendar.exam_days.get(item.exam_id)
        due_day = capped_day(after.due, after.last, exam_day) if exam_day else after.due
        days[grade] = due_day - calendar.today
    return days
