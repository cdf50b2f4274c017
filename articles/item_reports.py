"""Readers' reports on items: taken within bounds, listed with what was read and what stands there now, closed, deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session, aliased

from articles.models import Article, Exam, StudyItem, StudyReport, StudyText
from articles.models.reports import WORDS_LENGTH
from carrel import clock
from carrel.services import Services

MOST_OPEN: Final = 20  # of one item: whoever mends it needs no more, and nobody can fill the table
KEPT: Final = timedelta(days=90)  # once closed
EVERY_SECONDS: Final = 3600.0
BATCH: Final = 1000


class UnknownItemError(Exception):
    """There is no such item, or it never had this text."""


class AlreadyReportedError(Exception):
    """The item has as many open reports as it may have."""


class ReportTooLongError(Exception):
    """The words are longer than `WORDS_LENGTH`."""


@dataclass(frozen=True, slots=True)
class OpenReport:
    """An open report, with its item, the text that was read, the text now, and where it stands."""

    report: StudyReport
    item: StudyItem
    exam: Exam
    article: Article
    read: StudyText
    now: StudyText

    @property
    def is_changed(self) -> bool:
        """Whether the item has another text by now."""
        return self.report.revision != self.item.revision


def report(session: Session, exam: str, key: str, revision: str, words: str) -> StudyReport:
    """Take a report on an item, by the slug of its exam and its key.

    Raises `UnknownItemError`, `AlreadyReportedError` and `ReportTooLongError`.
    """
    words = words.replace("\r\n", "\n").strip()  # browsers count a new line once, and send two signs
    if len(words) > WORDS_LENGTH:
        raise ReportTooLongError
    where = (Exam.slug == exam) & (StudyItem.key == key) & StudyItem.retired.is_(False)
    item_id = session.scalars(
        select(StudyItem.id).join(Exam, Exam.id == StudyItem.exam_id).where(where)
    ).first()
    if item_id is None or session.get(StudyText, (item_id, revision)) is None:
        raise UnknownItemError
    # Locked, so that two at once do not both take the last place.
    session.execute(select(StudyItem.id).where(StudyItem.id == item_id).with_for_update())
    if count_open(session, item_id) >= MOST_OPEN:
        raise AlreadyReportedError
    made = StudyReport(item_id=item_id, revision=revision, words=words, created_at=clock.now())
    session.add(made)
    return made


def count_open(session: Session, item_id: int | None = None) -> int:
    """How many reports are open: of one item, or in all."""
    query = select(func.count(StudyReport.id)).where(StudyReport.closed_at.is_(None))
    if item_id is not None:
        query = query.where(StudyReport.item_id == item_id)
    return session.scalars(query).one()


def open_reports(session: Session, limit: int) -> Sequence[OpenReport]:
    """The open reports, the oldest first."""
    now = aliased(StudyText)
    query = (
        select(StudyReport, StudyItem, Exam, Article, StudyText, now)
        .join(StudyItem, StudyItem.id == StudyReport.item_id)
        .join(Exam, Exam.id == StudyItem.exam_id)
        .join(Article, Article.id == StudyItem.article_id)
        .join(
            StudyText,
            and_(StudyText.item_id == StudyReport.item_id, StudyText.revision == StudyReport.revision),
        )
        .join(now, and_(now.item_id == StudyItem.id, now.revision == StudyItem.revision))
        .where(StudyReport.closed_at.is_(None))
        .order_by(StudyReport.created_at, StudyReport.id)
        .limit(limit)
    )
    return [OpenReport(*row) for row in session.execute(query)]


def close(session: Session, report_id: int) -> tuple[StudyItem, Exam] | None:
    """Close a report. The item that it is on, and its exam; None when it is not open."""
    report = session.get(StudyReport, report_id, with_for_update=True)
    if report is None or report.closed_at is not None:
        return None
    report.closed_at = clock.now()
    item = session.get_one(StudyItem, report.item_id)
    return item, session.get_one(Exam, item.exam_id)


def run_step(services: Services) -> bool:
    """A step of the worker: delete what was closed long ago. Whether there may be more."""
    over = select(StudyReport.id).where(StudyReport.closed_at < clock.now() - KEPT).limit(BATCH)
    with services.db.write() as session:
        gone = session.execute(delete(StudyReport).where(StudyReport.id.in_(over)).returning(StudyReport.id))
        return len(gone.all()) == BATCH
