"""What study does when readers are merged or erased, take out their data, or get a digest."""

from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from articles.models import Article, Exam, StudyItem
from carrel.accounts import hooks
from carrel.accounts.models import Reader
from carrel.db import Base, insert_into
from website.study import digest_note
from website.study.events import as_ms
from website.study.log import lock, merge_reads
from website.study.models import ReadMark, StudyEvent, StudyPlan, StudyState
from website.study.replay import replay

TABLES = (StudyEvent, StudyState, StudyPlan, ReadMark)
AT_ONCE = 1_000  # rows that are copied
FILE_FORM = 1  # of the exported rows; the file that guests take along has the same


def register_hooks() -> None:
    """Register the handlers, in the app and in the worker alike."""
    hooks.readers_merged.add(on_readers_merged)
    hooks.reader_erased.add(on_reader_erased)
    hooks.export_sections.add(export)
    digest_note.register()


def on_readers_merged(session: Session, from_id: int, into_id: int) -> None:
    """Unite two logs by the events' ids, and derive anew what that touches. `into` keeps its own plans and its time zone."""
    lock(session, from_id, into_id)
    items = select(StudyEvent.item_id).where(StudyEvent.reader_id == from_id).distinct()
    touched = session.scalars(items).all()
    zone = session.scalar(select(StudyPlan.zone).where(StudyPlan.reader_id == into_id).limit(1))
    for model in (StudyEvent, StudyPlan):
        _copy(session, model, from_id, into_id)
    if zone:  # a reader is in one
        session.execute(update(StudyPlan).where(StudyPlan.reader_id == into_id).values(zone=zone))
    merge_reads(session, [_row(mark, into_id) for mark in _of(session, ReadMark, from_id)])
    _delete_all(session, from_id)
    replay(session, into_id, touched)


def on_reader_erased(session: Session, reader_id: int, email_key: str | None) -> None:
    """Forget all that a reader did, remembers, plans and read."""
    _delete_all(session, reader_id)


def export(session: Session, reader: Reader) -> dict[str, object]:
    """Every event, as devices tell of them, every read mark and plan."""
    return {
        "study": {
            "carrel_study": FILE_FORM,
            "events": [_event(*row) for row in session.execute(_events(reader.id))],
            "reads": [
                [slug, mark.anchor, int(mark.is_read), as_ms(mark.at)]
                for mark, slug in session.execute(_reads(reader.id))
            ],
            "plans": [_plan(*row) for row in session.execute(_plans(reader.id))],
        }
    }


def _copy(session: Session, model: type[Base], from_id: int, into_id: int) -> None:
    rows = [_row(row, into_id) for row in _of(session, model, from_id)]
    for start in range(0, len(rows), AT_ONCE):
        adding = insert_into(session, model).on_conflict_do_nothing()
        session.execute(adding, rows[start : start + AT_ONCE])


def _of(session: Session, model: type[Base], reader_id: int) -> list[Any]:
    return list(session.execute(select(model.__table__).filter_by(reader_id=reader_id)))


def _row(row: Any, reader_id: int) -> dict[str, object]:
    return {**row._mapping, "reader_id": reader_id}


def _delete_all(session: Session, reader_id: int) -> None:
    for model in TABLES:
        session.execute(delete(model).where(model.reader_id == reader_id))


def _events(reader_id: int) -> Select[StudyEvent, str, str]:
    query = select(StudyEvent, Exam.slug, StudyItem.key).join(StudyItem, StudyItem.id == StudyEvent.item_id)
    query = query.join(Exam, Exam.id == StudyItem.exam_id).where(StudyEvent.reader_id == reader_id)
    return query.order_by(StudyEvent.at, StudyEvent.event_id)


def _reads(reader_id: int) -> Select[ReadMark, str]:
    query = select(ReadMark, Article.slug).join(Article, Article.id == ReadMark.article_id)
    return query.where(ReadMark.reader_id == reader_id).order_by(Article.slug)


def _plans(reader_id: int) -> Select[StudyPlan, str]:
    query = select(StudyPlan, Exam.slug).join(Exam, Exam.id == StudyPlan.exam_id)
    return query.where(StudyPlan.reader_id == reader_id).order_by(Exam.slug)


def _event(event: StudyEvent, exam: str, item: str) -> list[object]:
    return [
        event.event_id,
        event.kind,
        exam,
        item,
        event.revision,
        event.meaning,
        event.grade,
        event.choice,
        event.study_day,
        as_ms(event.at),
        event.mode,
    ]


def _plan(plan: StudyPlan, exam: str) -> dict[str, object]:
    return {
        "exam": exam,
        "exam_date": plan.exam_date and plan.exam_date.isoformat(),
        "time_zone": plan.zone,
        "minutes": plan.minutes,
        "mail": plan.mail,
    }
