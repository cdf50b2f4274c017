"""What is due: on its day, before the exam, and when an item means something else."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser
from sqlalchemy import select

from articles.models import Article, StudyItem
from carrel.db import Database
from tests.support.accounts import make_reader
from tests.website.study.study_rows import NOON, TODAY, event, graded, marked, put_item
from website.study.due import LAST_DAYS, Calendar, capped_day, due_counts, due_items
from website.study.log import store
from website.study.models import StudyState
from website.study.replay import NEVER

SCRIPT = Path(__file__).parents[3] / "site/website/static/js/memory.js"
IN_THE_BROWSER = (
    """(rows) => rows.map(([due, last, exam]) => carrelMemory.due({ due, last }, exam ?? undefined))"""
)


@pytest.fixture
def reader_id(db: Database) -> int:
    """A reader, and four items."""
    with db.write() as session:
        for position, key in enumerate(["panel", "modifier", "letters", "tefra"]):
            put_item(session, key, position=position)
    return make_reader(db).id


def due(
    db: Database, reader_id: int, calendar: Calendar | None = None, most: int = 10
) -> list[tuple[str, bool]]:
    """The keys of what is due, and whether they changed."""
    with db.read() as session:
        keys = {item.id: item.key for item in session.scalars(select(StudyItem))}
        calendar = calendar or Calendar(TODAY)
        items = due_items(session, reader_id, calendar, NOON, most=most)
        count = due_counts(session, reader_id, calendar, NOON).total
        assert len(items) == min(count, most)
        return [(keys[item.item_id], item.is_changed) for item in items]


def tell(db: Database, reader_id: int, *rows: object) -> None:
    with db.write() as session:
        store(session, reader_id, rows)  # type: ignore[arg-type]


def change(db: Database, key: str, **columns: object) -> None:
    with db.write() as session:
        item = session.scalars(select(StudyItem).where(StudyItem.key == key)).one()
        for name, value in columns.items():
            setattr(item, name, value)


def test_what_was_missed_is_due_the_longest_overdue_first_and_what_was_right_is_not(
    db: Database, reader_id: int
) -> None:
    tell(
        db,
        reader_id,
        event("panel", 1, 3),
        event("modifier", 1, 9),
        event("letters", 3, 40),
        event("tefra", 1, 0),
    )
    assert due(db, reader_id) == [("modifier", False), ("panel", False)]
    assert due(db, reader_id, most=1) == [("modifier", False)]
    assert due(db, reader_id, Calendar(TODAY - 9)) == []


def test_what_is_marked_is_due_at_once_and_what_is_unmarked_is_not(db: Database, reader_id: int) -> None:
    tell(db, reader_id, marked("panel"), event("modifier", 1, 9))
    assert due(db, reader_id) == [("modifier", False), ("panel", False)]


def test_a_typo_a_move_and_another_order_leave_everything_as_it_was(db: Database, reader_id: int) -> None:
    tell(db, reader_id, event("panel", 1, 3), graded("tefra", 4, 3))
    before = due(db, reader_id)
    with db.write() as session:
        put_item(session, "elsewhere", article="other-article")
        moved_to = session.scalars(select(Article.id).where(Article.slug == "other-article")).one()
    for key in ("panel", "tefra"):
        change(db, key, revision="1" * 32, article_id=moved_to, position=9)
    assert due(db, reader_id) == before == [("panel", False)]


def test_an_item_with_another_key_is_due_and_it_says_so_until_it_is_answered(
    db: Database, reader_id: int
) -> None:
    tell(db, reader_id, graded("tefra", 4), event("letters", 3), event("panel", 1, 9))
    for key in ("tefra", "letters", "panel", "modifier"):
        change(db, key, meaning=2)
    assert due(db, reader_id) == [("panel", True), ("tefra", True), ("letters", True)]
    tell(db, reader_id, event("letters", 3, meaning=2), event("panel", 1, meaning=2))
    assert due(db, reader_id) == [("tefra", True)]


def test_what_readers_do_not_see_is_not_due(db: Database, reader_id: int) -> None:
    tell(db, reader_id, event("panel", 1, 9), event("modifier", 1, 9))
    change(db, "panel", retired=True)
    assert due(db, reader_id) == [("modifier", False)]
    with db.write() as session:
        session.scalars(select(Article)).one().draft = True
    assert due(db, reader_id) == []


def test_what_would_be_due_after_the_exam_comes_once_in_the_week_before(db: Database, reader_id: int) -> None:
    tell(db, reader_id, graded("panel", 4, 20), graded("panel", 4, 12))
    exam_day, days = TODAY + 20, []
    with db.read() as session:
        state = session.scalars(select(StudyState)).one()
        exam_id = session.scalars(select(StudyItem.exam_id)).first()
    assert exam_id
    assert state.due_day > exam_day
    for day in range(TODAY, exam_day + 3):
        if due(db, reader_id, Calendar(day, {exam_id: exam_day})):
            days.append(day)
    assert days == list(range(exam_day - 1 - state.due_day % LAST_DAYS, exam_day))
    on = days[0] - TODAY
    tell(db, reader_id, graded("panel", 3, -on, day=days[0], at=NOON + timedelta(days=on)))
    assert not due(db, reader_id, Calendar(exam_day - 1, {exam_id: exam_day}))


def test_the_date_of_another_exam_changes_nothing(db: Database, reader_id: int) -> None:
    tell(db, reader_id, graded("panel", 4, 20), graded("panel", 4, 12))
    assert due(db, reader_id, Calendar(TODAY, {99: TODAY + 1})) == []


DAYS = st.integers(20_000, 20_400)


@given(DAYS, st.integers(0, 365), st.integers(1, 400))
def test_the_exam_brings_nothing_forward_by_more_than_it_must(last: int, interval: int, ahead: int) -> None:
    due_day, exam_day = last + interval, last + ahead
    capped = capped_day(due_day, last, exam_day)
    assert capped <= due_day
    assert capped == due_day or exam_day - LAST_DAYS <= capped < exam_day
    assert capped > last or capped == due_day
    if due_day >= exam_day and ahead > LAST_DAYS:
        assert capped < exam_day


@pytest.mark.browser
def test_a_browser_has_the_same_rule(browser: Browser) -> None:
    rows = [
        (due, last, exam)
        for last in (20_000, 20_013)
        for due in range(last + 1, last + 60)
        for exam in (20_020, 20_041)
    ]
    page = browser.new_page()
    page.add_script_tag(content=SCRIPT.read_text("utf-8"))
    assert page.evaluate(IN_THE_BROWSER, rows) == [capped_day(*row) for row in rows]
    assert page.evaluate(IN_THE_BROWSER, [(20_050, 20_000, None)]) == [20_050]
    page.close()


def test_what_is_not_under_review_is_never_due(db: Database, reader_id: int) -> None:
    tell(db, reader_id, event("panel", 3, 9))
    with db.read() as session:
        (exam_id,) = set(session.scalars(select(StudyItem.exam_id)))
        assert session.scalars(select(StudyState.due_day)).all() == [NEVER]
    for day in (TODAY, TODAY + 10_000):
        assert due(db, reader_id, Calendar(day, {exam_id: day + 1})) == []
