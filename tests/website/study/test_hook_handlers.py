"""Readers who turn out to be one, who leave, and who take out their data."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from carrel.accounts import erasure, readers
from carrel.accounts.export import export
from carrel.db import Base, Database
from carrel.services import Services
from tests.support.accounts import make_reader
from tests.support.articles import put_exam
from tests.website.study.study_rows import NOON, as_json, event, event_ids, graded, marked, put_item, states
from website.study.days import day_of
from website.study.events import ReadRow
from website.study.hook_handlers import TABLES, register_hooks
from website.study.log import store, store_reads
from website.study.models import ReadMark, StudyEvent, StudyPlan, StudyState

DAY = date(2027, 3, 1)
FIRST = [event("panel", 1, 9), graded("tefra", 3, 5)]
SECOND = [event("panel", 3, 4), marked("modifier", 2), event("panel", 1, 1)]


@pytest.fixture(autouse=True)
def hooks() -> None:
    """What the app and the worker register."""
    register_hooks()


@pytest.fixture
def two(db: Database) -> tuple[int, int]:
    """Two readers who studied the same items on two devices, and tell of one answer both."""
    with db.write() as session:
        for key in ("panel", "modifier", "tefra"):
            put_item(session, key, kind="card" if key == "tefra" else "question")
    one, other = make_reader(db, None).id, make_reader(db).id
    with db.write() as session:
        store(session, one, FIRST + SECOND[:1])
        store(session, other, SECOND)
        store_reads(session, one, [ReadRow("clean-claims", "late", True, NOON)])
        store_reads(session, other, [ReadRow("clean-claims", "early", False, NOON - timedelta(days=1))])
        for reader_id, minutes in ((one, 20), (other, 45)):
            plan = {"exam_date": DAY, "zone": "UTC", "minutes": minutes, "mail": True}
            session.add(StudyPlan(reader_id=reader_id, exam_id=1, **plan))
    return one, other


def rows_of(db: Database, reader_id: int) -> dict[str, int]:
    """How many rows of study a reader has, by table."""
    with db.read() as session:
        return {
            model.__tablename__: session.scalars(
                select(func.count()).select_from(model).where(model.reader_id == reader_id)
            ).one()
            for model in (StudyEvent, StudyState, StudyPlan, ReadMark)
        }


def test_two_who_are_one_have_all_that_both_did(db: Database, two: tuple[int, int]) -> None:
    one, other = two
    with db.write() as session:
        readers.merge(session, readers.get(session, one), readers.get(session, other))
        alone = make_reader
    assert not any(rows_of(db, one).values())
    with db.read() as session:
        assert event_ids(session, other) == {row.event_id for row in FIRST + SECOND}
        assert session.scalars(select(StudyPlan.minutes)).all() == [45]
        assert session.scalars(select(ReadMark.anchor)).all() == ["late"]
    third = alone(db, "third@example.org").id
    with db.write() as session:
        store(session, third, SECOND + FIRST)
    with db.read() as session:
        assert states(session, other) == states(session, third)


def test_of_two_who_are_one_the_plans_are_in_one_time_zone(db: Database, two: tuple[int, int]) -> None:
    one, other = two
    with db.write() as session:
        plan = {"exam_date": DAY, "zone": "Asia/Tokyo", "minutes": 30, "mail": False}
        session.add(StudyPlan(reader_id=one, exam_id=put_exam(session, "ccm").id, **plan))
        readers.merge(session, readers.get(session, one), readers.get(session, other))
    with db.read() as session:
        plans = session.execute(select(StudyPlan.minutes, StudyPlan.zone).order_by(StudyPlan.minutes)).all()
    assert [tuple(plan) for plan in plans] == [(30, "UTC"), (45, "UTC")]


def test_whoever_leaves_takes_log_state_plans_and_read_marks_along(
    db: Database, services: Services, two: tuple[int, int]
) -> None:
    one, other = two
    with db.write() as session:
        erasure.erase(session, services.settings, readers.get(session, other))
    assert rows_of(db, other) == dict.fromkeys(rows_of(db, other), 0)
    assert all(rows_of(db, one).values())


def test_every_table_with_a_reader_of_study_is_emptied() -> None:
    tables = {name for name in Base.metadata.tables if name.startswith("study_")}
    with_readers = {name for name in tables if "reader_id" in Base.metadata.tables[name].c}
    assert {model.__tablename__ for model in TABLES} == with_readers


def test_the_export_holds_every_event_as_devices_tell_it(db: Database, two: tuple[int, int]) -> None:
    with db.read() as session:
        study = export(session, readers.get(session, two[1]))["study"]
    expected = sorted(SECOND, key=lambda row: row.at)
    assert study == {
        "carrel_study": 1,
        "events": [as_json(row) for row in expected],
        "reads": [["clean-claims", "early", 0, round((NOON - timedelta(days=1)).timestamp() * 1000)]],
        "plans": [
            {"exam": "cpb", "exam_date": "2027-03-01", "time_zone": "UTC", "minutes": 45, "mail": True}
        ],
    }
    assert day_of(DAY) == 20_878
