"""What readers did with items, what follows from it, and what they plan."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Double, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from articles.models.items import REVISION_LENGTH
from carrel.db import Base, UtcDateTime

ANCHOR_LENGTH = 200
ZONE_LENGTH = 64  # an IANA name


class EventKind(StrEnum):
    """What somebody did with an item."""

    ANSWER = "answer"  # a question was answered: the grade says how
    GRADE = "grade"  # a card was turned over, and its reader said how well it was known
    MARK = "mark"  # to be reviewed from now on
    UNMARK = "unmark"  # not any longer


class StudyEvent(Base):
    """One thing that a reader did, as their device said it. The table only grows; all else is derived from it.

    Two devices that tell of the same event say the same id, so telling twice changes nothing.
    """

    __tablename__ = "study_log"
    __table_args__ = (
        CheckConstraint("kind IN ('answer', 'grade', 'mark', 'unmark')", name="kind"),
        CheckConstraint(
            "grade BETWEEN 0 AND 4 AND (grade > 0) = (kind IN ('answer', 'grade'))", name="grade"
        ),
        Index("ix_study_log_reader_id_item_id", "reader_id", "item_id"),
    )

    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"), primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36), primary_key=True)  # a UUID that the device made
    item_id: Mapped[int] = mapped_column(ForeignKey("study_item.id"))
    revision: Mapped[str] = mapped_column(String(REVISION_LENGTH))  # of the text that was answered
    meaning: Mapped[int]  # of the item when it was answered
    kind: Mapped[str] = mapped_column(String(8))
    grade: Mapped[int]  # FSRS: 1 again, 2 hard, 3 good, 4 easy; 0 for a mark
    choice: Mapped[int] = mapped_column(BigInteger)  # the options chosen: bit 0 is the first in the file
    study_day: Mapped[int]  # days since 1970-01-01 on the reader's calendar, where a day begins at 04:00
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    mode: Mapped[str] = mapped_column(String(10))  # where it was done: practice, review, cards


class StudyState(Base):
    """What a reader remembers of an item: derived from the log, and made anew from it at will.

    Every item that was answered or marked has one; of those that are not under review, the due day is `replay.NEVER`.
    """

    __tablename__ = "study_state"
    __table_args__ = (Index("ix_study_state_reader_id_due_day", "reader_id", "due_day"),)

    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("study_item.id"), primary_key=True, index=True)
    stability: Mapped[float] = mapped_column(
        Double
    )  # days until recall has fallen to 90 %; 0 before an answer
    difficulty: Mapped[float] = mapped_column(Double)  # 1 to 10
    due_day: Mapped[int]
    last_day: Mapped[int]  # of the last answer
    reps: Mapped[int]
    lapses: Mapped[int]
    meaning: Mapped[int]  # of the item at the last answer: when the item's is greater, it is due


class StudyPlan(Base):
    """What a reader wants for an exam."""

    __tablename__ = "study_plan"
    __table_args__ = (CheckConstraint("minutes BETWEEN 1 AND 600", name="minutes"),)

    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"), primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    exam_date: Mapped[date | None]
    zone: Mapped[str] = mapped_column(String(ZONE_LENGTH))
    minutes: Mapped[int]  # a day
    mail: Mapped[bool] = mapped_column(default=False)  # whether the digest says how much is due


class ReadMark(Base):
    """Where a reader stopped in an article, and whether they are through it. Of two, the later one counts."""

    __tablename__ = "study_read"

    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    anchor: Mapped[str] = mapped_column(
        String(ANCHOR_LENGTH)
    )  # the heading that was read last; "" for the beginning
    is_read: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
