"""Items without their articles' files, and events of devices, as few words as tests need."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from articles.models import Article, StudyItem, StudyText
from tests.support.articles import put_article, put_exam
from website.study.days import study_day
from website.study.events import StudyRow
from website.study.models import EventKind, StudyEvent, StudyState

REVISION = "0" * 32
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
TODAY = study_day(NOON, UTC)


def put_item(
    session: Session, key: str = "panel", *, exam: str = "cpb", article: str = "clean-claims", **columns: Any
) -> StudyItem:
    """An item of a visible article, a question unless its columns say otherwise."""
    row = session.scalars(select(Article).where(Article.slug == article)).one_or_none()
    row = row or put_article(session, article, exam=exam)
    values: dict[str, Any] = {
        "kind": "question",
        "position": 1,
        "revision": REVISION,
        "meaning": 1,
        "meaning_by_hand": 1,
    }
    item = StudyItem(key=key, exam_id=put_exam(session, exam).id, article_id=row.id, **(values | columns))
    session.add(item)
    session.flush()
    options = [
        {"html": "<p>The panel</p>", "text": "The panel", "right": False, "why": "<p>Thirteen is none.</p>"},
        {"html": "<p>Each test</p>", "text": "Each test", "right": True, "why": "<p>As performed.</p>"},
    ]
    session.add(
        StudyText(
            item_id=item.id, revision=item.revision, prompt=f"<p>What of {key}?</p>", hint="",
            options=options if item.kind == "question" else [], answer="<p>So it is.</p>",
            answer_text="So it is.", source="",
        )
    )  # fmt: skip
    session.flush()
    return item


def event(item: str = "panel", grade: int = 3, days_ago: int = 0, **changes: Any) -> StudyRow:
    """An answer to a question, or a grade of a card."""
    at = NOON - timedelta(days=days_ago)
    values: dict[str, Any] = {
        "event_id": str(uuid.uuid4()),
        "kind": EventKind.ANSWER,
        "exam": "cpb",
        "revision": REVISION,
        "meaning": 1,
        "choice": 0,
        "day": study_day(at, UTC),
        "at": at,
        "mode": "practice",
    }
    return StudyRow(item=item, grade=grade, **(values | changes))


def graded(item: str, grade: int, days_ago: int = 0, **changes: Any) -> StudyRow:
    """A card that its reader graded."""
    return event(item, grade, days_ago, kind=EventKind.GRADE, mode="cards", **changes)


def marked(item: str, days_ago: int = 0, *, kind: EventKind = EventKind.MARK, **changes: Any) -> StudyRow:
    """An item that its reader wants to review, or does not want to any longer."""
    return event(item, 0, days_ago, kind=kind, **changes)


def states(session: Session, reader_id: int) -> list[tuple[object, ...]]:
    """What is derived for a reader, by item."""
    rows = select(StudyState.__table__).where(StudyState.reader_id == reader_id).order_by(StudyState.item_id)
    return [tuple(row)[1:] for row in session.execute(rows)]


def event_ids(session: Session, reader_id: int) -> set[str]:
    """Which events are kept of a reader."""
    return set(session.scalars(select(StudyEvent.event_id).where(StudyEvent.reader_id == reader_id)))


def as_json(row: StudyRow) -> list[object]:
    """The event as a device tells it."""
    return [
        row.event_id, row.kind.value, row.exam, row.item, row.revision, row.meaning, row.grade, row.choice,
        row.day, round(row.at.timestamp() * 1000), row.mode,
    ]  # fmt: skip
