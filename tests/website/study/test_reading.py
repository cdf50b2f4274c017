"""Where somebody continues to read."""

from datetime import UTC, datetime, timedelta

import pytest

from carrel.accounts.models import Reader
from carrel.db import Database
from tests.support.accounts import BOB, make_reader
from tests.support.articles import put_article
from website.study.events import ReadRow
from website.study.log import store_reads
from website.study.reading import stopped_at

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def anna(db: Database) -> Reader:
    """She reads; an article of three is not visible yet."""
    with db.write() as session:
        for slug in ("first", "second", "draft"):
            put_article(session, slug, draft=slug == "draft", first_visible_at=NOW - timedelta(days=9))
    return make_reader(db)


def stop(
    db: Database, reader: Reader, article: str, hour: int, anchor: str = "", *, is_read: bool = False
) -> None:
    with db.write() as session:
        store_reads(
            session, reader.id, [ReadRow(article, anchor, is_read, NOW - timedelta(days=1, hours=-hour))]
        )


def where(db: Database, reader: Reader) -> str:
    with db.read() as session:
        stopped = stopped_at(session, reader.id, NOW)
        return stopped.url if stopped else ""


def test_reading_continues_in_the_article_that_was_open_last(db: Database, anna: Reader) -> None:
    assert where(db, anna) == ""
    stop(db, anna, "first", 2, "the-rule")
    stop(db, anna, "second", 1)
    assert where(db, anna) == "/articles/first/#the-rule"
    stop(db, anna, "second", 3)
    assert where(db, anna) == "/articles/second/"


def test_neither_what_is_read_nor_what_is_hidden_nor_anothers_counts(db: Database, anna: Reader) -> None:
    stop(db, anna, "first", 1, "the-rule")
    stop(db, anna, "second", 2, is_read=True)
    stop(db, anna, "draft", 3)
    stop(db, make_reader(db, BOB), "second", 4)
    assert where(db, anna) == "/articles/first/#the-rule"
