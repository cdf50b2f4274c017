"""What the digest says to readers who asked for it: how many reviews are due, by exam, and nothing else."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from articles.models import Exam
from carrel import clock
from carrel.accounts.models import Reader
from carrel.settings import Settings
from newsletter.delivery.recipient_notes import RecipientNote, recipient_notes
from website.study.days import day_of, study_day
from website.study.due import LAST_DAYS, Calendar, due_counts, due_counts_of_readers
from website.study.models import StudyPlan

PATH = "/study/today"


@dataclass(frozen=True, slots=True)
class WishedNote:
    """That a reader wants to be told of an exam."""

    email_key: str
    reader_id: int
    exam_id: int
    exam: str  # name
    zone: str
    exam_date: date | None

    def calendar(self, now: datetime) -> Calendar:
        """The reader's day, and the exam if it lies ahead."""
        today = study_day(now, ZoneInfo(self.zone))
        exam_day = day_of(self.exam_date) if self.exam_date else 0
        return Calendar(today, {self.exam_id: exam_day} if exam_day > today else {})


def register() -> None:
    """Let the digest ask, in the app and in the worker alike."""
    recipient_notes.add(due_notes)


def due_notes(
    session: Session, settings: Settings, email_keys: Collection[str]
) -> Mapping[str, RecipientNote]:
    """The notes for those of these addresses whose readers asked for it and have something to review."""
    counts = _counts(session, _wishes(session, email_keys), clock.now())
    return {key: RecipientNote(sentence(due), "Start reviewing", PATH) for key, due in counts.items()}


def sentence(due: Mapping[str, int]) -> str:
    """How many reviews are due, by the exam's name; the most first."""
    parts = [
        f"{count:,} {'review' if count == 1 else 'reviews'} due in {exam}"
        for exam, count in sorted(due.items(), key=lambda part: (-part[1], part[0]))
    ]
    *first, last = parts
    return f"You have {', '.join(first)}{' and ' if first else ''}{last}."


def _wishes(session: Session, email_keys: Collection[str]) -> list[WishedNote]:
    query = (
        select(Reader.email_key, Reader.id, Exam.id, Exam.name, StudyPlan.zone, StudyPlan.exam_date)
        .join(StudyPlan, StudyPlan.reader_id == Reader.id)
        .join(Exam, Exam.id == StudyPlan.exam_id)
        .where(Reader.email_key.in_(email_keys), StudyPlan.mail)
    )
    return [
        WishedNote(key, reader_id, exam_id, exam, zone, exam_date)
        for key, reader_id, exam_id, exam, zone, exam_date in session.execute(query)
        if key
    ]


def _counts(session: Session, wishes: Sequence[WishedNote], now: datetime) -> dict[str, dict[str, int]]:
    """How much is due, by address and exam's name."""
    counts: dict[str, dict[str, int]] = {}
    by_day: dict[int, list[WishedNote]] = {}
    for wish in wishes:
        calendar = wish.calendar(now)
        exam_day = calendar.exam_days.get(wish.exam_id)
        if exam_day and exam_day - LAST_DAYS <= calendar.today:  # few are in the week before their exam
            due = due_counts(session, wish.reader_id, calendar, now).exams.get(wish.exam_id, 0)
            _add(counts, wish, due)
        else:
            by_day.setdefault(calendar.today, []).append(wish)
    for today, some in by_day.items():
        of_readers = due_counts_of_readers(session, [wish.reader_id for wish in some], today, now)
        for wish in some:
            _add(counts, wish, of_readers.get((wish.reader_id, wish.exam_id), 0))
    return counts


def _add(counts: dict[str, dict[str, int]], wish: WishedNote, due: int) -> None:
    if due:
        counts.setdefault(wish.email_key, {})[wish.exam] = due
