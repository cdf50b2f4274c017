"""What a reader remembers of items, derived from the log alone: the same events give the same state, in any order."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.db import insert_or_update
from website.study.memory import State, next_state
from website.study.models import EventKind, StudyEvent, StudyState

NEVER = 2**31 - 1  # the day on which an item is due that is not under review
AT_ONCE = 5_000  # items


class PastEvent(NamedTuple):
    """An event of one item. They sort in the order in which they happened."""

    study_day: int
    at: datetime
    event_id: str
    kind: str
    grade: int
    meaning: int


class Remembered(NamedTuple):
    """What is known of an item after all events. It may have been answered and yet not be under review."""

    state: State
    is_under_review: bool
    meaning: int  # that the last answer was given to

    @property
    def due_day(self) -> int:
        """When it is due, whatever the date of the exam."""
        return self.state.due if self.is_under_review else NEVER


def fold(events: Iterable[PastEvent]) -> Remembered | None:
    """What follows from the events of one item; None without any.

    A question enters review when it is missed or marked, a card when it is graded. An item that means something else
    begins anew, and answers to what it meant before say nothing any longer.
    """
    state, is_under_review, meaning = None, False, 0
    for event in sorted(events):
        if event.meaning > meaning:
            state, meaning = None, event.meaning
        if event.grade == 0:
            is_under_review = event.kind == EventKind.MARK
            state = state or State(0.0, 0.0, event.study_day, event.study_day, 0, 0)
        elif event.meaning == meaning:
            is_under_review = is_under_review or event.kind == EventKind.GRADE or event.grade == 1
            state = next_state(state, event.grade, event.study_day)
    return Remembered(state, is_under_review, meaning) if state else None


def replay(session: Session, reader_id: int, items: Iterable[int]) -> int:
    """Derive the state of these items anew, in the transaction that changed their log. How many events that took.

    The caller holds the reader's lock (`log.lock`).
    """
    wanted, count = sorted(set(items)), 0
    for start in range(0, len(wanted), AT_ONCE):
        rows = _events(session, reader_id, wanted[start : start + AT_ONCE])
        count += len(rows)
        insert_or_update(session, StudyState, _states(reader_id, rows))
    return count


def _events(session: Session, reader_id: int, items: Sequence[int]) -> Sequence[Any]:
    query = select(
        StudyEvent.item_id,
        StudyEvent.study_day,
        StudyEvent.at,
        StudyEvent.event_id,
        StudyEvent.kind,
        StudyEvent.grade,
        StudyEvent.meaning,
    ).where(StudyEvent.reader_id == reader_id, StudyEvent.item_id.in_(items))
    return session.execute(query.order_by(StudyEvent.item_id)).all()


def _states(reader_id: int, rows: Iterable[Any]) -> Iterator[dict[str, object]]:
    for item_id, events in groupby(rows, key=lambda row: row[0]):
        if remembered := fold(PastEvent(*event[1:]) for event in events):
            yield {
                "reader_id": reader_id,
                "item_id": item_id,
                "stability": remembered.state.stability,
                "difficulty": remembered.state.difficulty,
                "due_day": remembered.due_day,
                "last_day": remembered.state.last,
                "reps": remembered.state.reps,
                "lapses": remembered.state.lapses,
                "meaning": remembered.meaning,
            }
