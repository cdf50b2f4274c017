"""Reports on items: taken up to a bound, shown with both texts, closed once, and deleted when that is long ago."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from articles import item_reports
from articles.item_reports import AlreadyReportedError, ReportTooLongError, UnknownItemError
from articles.models import StudyItem, StudyReport, StudyText
from articles.models.reports import WORDS_LENGTH
from carrel import clock
from carrel.db import Database
from carrel.services import Services
from tests.website.study.study_rows import REVISION, put_item


@pytest.fixture
def item(db: Database) -> StudyItem:
    """A question of cpb that can be reported."""
    with db.write() as session:
        return put_item(session)


def report(db: Database, words: str = "B is right too.", key: str = "panel", **changed: str) -> int:
    values = {"exam": "cpb", "revision": REVISION} | changed
    with db.write() as session:
        made = item_reports.report(session, key=key, words=words, **values)
        session.flush()
        return made.id


def count(db: Database) -> int:
    with db.read() as session:
        return session.scalars(select(func.count()).select_from(StudyReport)).one()


def test_a_new_line_is_one_sign_as_in_the_browser(db: Database, item: StudyItem) -> None:
    report(db, "123456789\r\n" * (WORDS_LENGTH // 10))
    with db.read() as session:
        assert "9\n1" in session.scalars(select(StudyReport.words)).one()


def test_a_report_keeps_the_item_the_revision_the_words_and_nothing_of_who_sent_it(
    db: Database, item: StudyItem
) -> None:
    report(db, "  B is right too.\n")
    with db.read() as session:
        row = session.scalars(select(StudyReport)).one()
    assert (row.item_id, row.revision, row.words, row.closed_at) == (
        item.id,
        REVISION,
        "B is right too.",
        None,
    )
    assert set(StudyReport.__table__.columns.keys()) == {
        "id", "item_id", "revision", "words", "created_at", "closed_at",
    }  # fmt: skip


def test_words_are_optional_and_have_a_longest(db: Database, item: StudyItem) -> None:
    report(db, "")
    report(db, "x" * 1000)
    with pytest.raises(ReportTooLongError):
        report(db, "x" * 1001)


@pytest.mark.parametrize(
    "wrong", [{"exam": "ccm"}, {"key": "other"}, {"revision": "1" * 32}, {"revision": ""}]
)
def test_an_item_or_text_that_never_was_cannot_be_reported(
    db: Database, item: StudyItem, wrong: dict[str, str]
) -> None:
    with pytest.raises(UnknownItemError):
        report(db, **wrong)


def test_an_item_has_twenty_open_reports_and_takes_more_when_some_are_closed(
    db: Database, item: StudyItem
) -> None:
    with db.write() as session:
        put_item(session, "other")
    ids = [report(db) for _ in range(item_reports.MOST_OPEN)]
    with pytest.raises(AlreadyReportedError):
        report(db)
    report(db, key="other")
    with db.write() as session:
        assert item_reports.close(session, ids[0])
    report(db)
    with pytest.raises(AlreadyReportedError):
        report(db)
    with db.read() as session:
        assert item_reports.count_open(session) == item_reports.MOST_OPEN + 1


def test_a_report_is_closed_once(db: Database, item: StudyItem) -> None:
    made = report(db)
    with db.write() as session:
        closed = item_reports.close(session, made)
        assert closed
        assert (closed[0].key, closed[1].slug) == ("panel", "cpb")
        assert item_reports.close(session, made) is None
        assert item_reports.close(session, made + 1) is None


def test_open_reports_come_oldest_first_with_the_text_that_was_read_and_the_one_there_is(
    db: Database, item: StudyItem
) -> None:
    with time_machine.travel(clock.now() - timedelta(hours=1), tick=False):
        first = report(db)
    with db.write() as session:
        row = session.get_one(StudyItem, item.id)
        text = session.get_one(StudyText, (item.id, REVISION))
        row.revision = "1" * 32
        session.add(
            StudyText(
                item_id=item.id, revision=row.revision, prompt="<p>Mended</p>", hint="", options=text.options,
                answer=text.answer, answer_text=text.answer_text, source="",
            )
        )  # fmt: skip
    second = report(db, revision="1" * 32)
    with db.read() as session:
        shown = item_reports.open_reports(session, 10)
        assert len(item_reports.open_reports(session, 1)) == 1
    assert [(one.report.id, one.is_changed) for one in shown] == [(first, True), (second, False)]
    assert (shown[0].read.prompt, shown[0].now.prompt) == ("<p>What of panel?</p>", "<p>Mended</p>")


def test_what_was_closed_long_ago_is_deleted_and_what_is_open_stays(
    services: Services, db: Database, item: StudyItem
) -> None:
    with time_machine.travel(clock.now() - item_reports.KEPT - timedelta(hours=1), tick=False):
        old, _open = report(db), report(db)
        with db.write() as session:
            item_reports.close(session, old)
    closed = report(db)
    with db.write() as session:
        item_reports.close(session, closed)
    assert item_reports.run_step(services) is False
    assert count(db) == 2
    with db.read() as session:
        assert session.get(StudyReport, old) is None
