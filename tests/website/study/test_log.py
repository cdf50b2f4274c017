"""The log: nothing is told twice, nothing is lost, and what is remembered follows from it alone."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from carrel.accounts.limits import TooManyRequestsError
from carrel.db import Database
from tests.support.accounts import make_reader
from tests.support.articles import put_article
from tests.website.study.study_rows import NOON, event, event_ids, graded, marked, put_item, states
from website.study import log
from website.study.days import study_day
from website.study.due import Calendar, due_items
from website.study.events import ReadRow, StudyBatch, StudyRow
from website.study.log import store, store_batch, store_reads
from website.study.models import ReadMark, StudyEvent

KEYS = ["panel", "modifier", "tefra"]


@pytest.fixture
def reader_id(db: Database) -> int:
    """A reader, and three items of an exam."""
    with db.write() as session:
        for key in KEYS:
            put_item(session, key, kind="card" if key == "tefra" else "question")
    return make_reader(db).id


def a_month(seed: int) -> list[StudyRow]:
    """What somebody did within a month, on several devices, with ties of day and time."""
    chance = random.Random(seed)
    rows = []
    for _ in range(60):
        item, days_ago = chance.choice(KEYS), chance.randint(0, 30)
        kind = chance.choice([event, event, event, graded] if item != "tefra" else [graded])
        rows.append(kind(item, chance.randint(1, 3), days_ago, meaning=chance.choice([1, 1, 1, 2])))
    return [*rows, marked("modifier", 12), marked("panel", 3)]


def told(db: Database, reader_id: int, *rows: StudyRow) -> int:
    with db.write() as session:
        return store(session, reader_id, rows)


def test_what_is_told_twice_is_there_once(db: Database, reader_id: int) -> None:
    answer = event(grade=1)
    assert told(db, reader_id, answer, answer) == 2
    with db.read() as session:
        before = states(session, reader_id)
    assert told(db, reader_id, answer, replace(answer, grade=3)) == 2
    with db.read() as session:
        assert event_ids(session, reader_id) == {answer.event_id}
        assert states(session, reader_id) == before


def test_two_readers_may_have_an_event_of_the_same_id(db: Database, reader_id: int) -> None:
    answer, other = event(), make_reader(db, "bob@example.org").id
    told(db, reader_id, answer)
    assert told(db, other, answer) == 1
    with db.read() as session:
        assert states(session, other) == states(session, reader_id)


@pytest.mark.parametrize("seed", range(3))
def test_three_devices_that_tell_in_any_order_twice_and_cut_by_a_crash_come_to_the_same_state(
    db: Database, reader_id: int, seed: int
) -> None:
    everything, chance = a_month(seed), random.Random(seed)
    told(db, reader_id, *everything)
    with db.read() as session:
        expected = states(session, reader_id)
    other = make_reader(db, "bob@example.org").id
    parts = [everything[device::3] + chance.sample(everything, 10) for device in range(3)]
    for part in chance.sample(parts * 2, 6):
        chance.shuffle(part)
        with pytest.raises(ZeroDivisionError), db.write() as session:
            store(session, other, part[:20])
            raise ZeroDivisionError  # the device's request is cut: nothing of it is kept
        told(db, other, *part)
    with db.read() as session:
        assert event_ids(session, other) == {row.event_id for row in everything}
        assert states(session, other) == expected


def test_devices_that_tell_at_the_same_moment_wait_for_one_another(db: Database, reader_id: int) -> None:
    first, second = event("panel", 1, 9), event("panel", 3, 4)
    with ThreadPoolExecutor(1) as other_device:
        with db.write() as session:
            store(session, reader_id, [first])
            waiting = other_device.submit(told, db, reader_id, second)
            while not (
                db.is_sqlite or is_anybody_waiting(db)
            ):  # SQLite lets nobody else in from the beginning
                assert not waiting.done()
        waiting.result()
    other = make_reader(db, "bob@example.org").id
    told(db, other, first, second)
    with db.read() as session:
        assert states(session, reader_id) == states(session, other)


def is_anybody_waiting(db: Database) -> bool:
    """Whether somebody waits for a lock in this database of PostgreSQL."""
    waiting = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())"
    with db.read() as session:
        return bool(session.scalar(text(waiting)))


def test_whoever_flies_over_the_date_line_meets_nothing_twice_and_loses_no_day(
    db: Database, reader_id: int
) -> None:
    leaving = datetime(2026, 11, 29, 20, tzinfo=UTC)  # in Auckland it is Monday, in Honolulu still Sunday
    monday, sunday = (study_day(leaving, ZoneInfo(f"Pacific/{city}")) for city in ("Auckland", "Honolulu"))
    assert monday == sunday + 1
    told(db, reader_id, event("panel", 1, at=leaving, day=monday))
    told(db, reader_id, event("panel", 3, at=leaving + timedelta(hours=9), day=sunday))
    with db.read() as session:
        assert not due_items(session, reader_id, Calendar(sunday), leaving, most=9)
        assert not due_items(session, reader_id, Calendar(monday), leaving, most=9)
        (state,) = states(session, reader_id)
    assert state[3:6] == (monday + 1, monday, 2)


def test_what_is_unknown_is_not_kept_and_the_rest_is(db: Database, reader_id: int) -> None:
    with db.write() as session:
        put_item(session, "story", kind="case")
    rows = [event("nowhere"), event(exam="ccs"), event("story"), event()]
    assert told(db, reader_id, *rows) == 1
    with db.read() as session:
        assert event_ids(session, reader_id) == {rows[-1].event_id}


def test_a_retired_item_is_still_told_of(db: Database, reader_id: int) -> None:
    with db.write() as session:
        put_item(session, "old", retired=True)
    assert told(db, reader_id, event("old")) == 1


def test_nobody_answers_what_an_item_will_mean_one_day(db: Database, reader_id: int) -> None:
    told(db, reader_id, event(grade=1, meaning=99))
    with db.read() as session:
        assert [row[-1] for row in states(session, reader_id)] == [1]


def test_a_reader_has_a_most(db: Database, reader_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MOST_EVENTS_OF_READER", 3)
    first, second = [event() for _ in range(2)], [event() for _ in range(4)]
    assert told(db, reader_id, *first) == 2
    assert told(db, reader_id, *first, *second) == 3
    assert told(db, reader_id, *first) == 2


def test_a_reader_tells_so_much_in_ten_minutes_and_not_more(
    db: Database, reader_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "BATCHES", replace(log.BATCHES, count=2))
    batch = StudyBatch((event(),), (), 1)
    for _ in range(2):
        with db.write() as session:
            assert store_batch(session, reader_id, batch) == log.Stored(1, 1)
    with pytest.raises(TooManyRequestsError), db.write() as session:
        store_batch(session, reader_id, batch)


def test_the_later_of_two_read_marks_counts(db: Database, reader_id: int) -> None:
    with db.write() as session:
        put_article(session, "rules")
    marks = [ReadRow("rules", f"part-{days}", days == 1, NOON - timedelta(days=days)) for days in (2, 1, 3)]
    for mark in (*marks, ReadRow("nowhere", "", True, NOON)):
        with db.write() as session:
            assert store_reads(session, reader_id, [mark]) == (mark.article == "rules")
    with db.read() as session:
        (kept,) = session.query(ReadMark)
        assert (kept.anchor, kept.is_read, kept.at) == ("part-1", True, NOON - timedelta(days=1))


def test_the_database_refuses_a_mark_with_a_grade(db: Database, reader_id: int) -> None:
    row = marked("panel")
    with pytest.raises(IntegrityError), db.write() as session:
        session.add(
            StudyEvent(
                reader_id=reader_id, event_id=row.event_id, item_id=1, revision=row.revision, meaning=1,
                kind="mark", grade=3, choice=0, study_day=row.day, at=row.at, mode="review",
            )
        )  # fmt: skip
