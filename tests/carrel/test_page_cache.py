"""Kept editions: bounded, and old as soon as they should be."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from carrel.db import Database
from carrel.page_cache import (
    Audience,
    CachedPage,
    CacheVersionWatch,
    PageCache,
    bump_audience_version,
    bump_cache_version,
    compress,
)
from tests.faults.site import until

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def page(
    body: str = "<p>Hello</p>", cache_version: int = 1, fresh_until: datetime | None = None
) -> CachedPage:
    return compress(body, cache_version, fresh_until)


def test_a_kept_page_comes_back_whole() -> None:
    cache = PageCache()
    cache.put("/", Audience.GUEST, page())
    cached = cache.get("/", Audience.GUEST, 1, NOW)
    assert cached is not None
    assert cached.body == b"<p>Hello</p>"


def test_a_page_for_one_audience_is_never_given_to_another() -> None:
    cache = PageCache()
    cache.put("/", Audience.PASS, page())
    assert cache.get("/", Audience.GUEST, 1, NOW) is None
    assert cache.get("/", Audience.READER, 1, NOW) is None


def test_a_page_is_old_when_the_cache_version_rises() -> None:
    cache = PageCache()
    cache.put("/", Audience.GUEST, page(cache_version=1))
    assert cache.get("/", Audience.GUEST, 2, NOW) is None


def test_con_06_a_page_is_old_at_the_moment_the_clock_changes_it() -> None:
    cache = PageCache()
    cache.put("/", Audience.GUEST, page(fresh_until=NOW))
    assert cache.get("/", Audience.GUEST, 1, NOW - timedelta(microseconds=1)) is not None
    assert cache.get("/", Audience.GUEST, 1, NOW) is None


def test_the_least_recently_served_leaves_when_room_is_needed() -> None:
    size = len(page().gzipped)
    cache = PageCache(capacity_bytes=2 * size)
    for key in ("a", "b"):
        cache.put(key, Audience.GUEST, page())
    cache.get("a", Audience.GUEST, 1, NOW)
    cache.put("c", Audience.GUEST, page())
    kept = [key for key in "abc" if cache.get(key, Audience.GUEST, 1, NOW)]
    assert (kept, cache.used_bytes) == (["a", "c"], 2 * size)


def test_putting_a_page_twice_counts_it_once() -> None:
    cache = PageCache()
    for _ in range(3):
        cache.put("/", Audience.GUEST, page())
    assert cache.used_bytes == len(page().gzipped)


def test_a_page_larger_than_everything_is_not_kept() -> None:
    cache = PageCache(capacity_bytes=10)
    cache.put("/", Audience.GUEST, page("long " * 100))
    assert cache.used_bytes == 0


def test_the_watch_sees_a_change_after_its_poll(db: Database) -> None:
    watch = CacheVersionWatch(db, poll_seconds=0)
    before = watch.current()
    with db.write() as session:
        bump_cache_version(session)
    assert watch.current() == (before.pages + 1, before.audiences + 1)


def test_a_sale_makes_audiences_stale_and_no_page(db: Database) -> None:
    watch = CacheVersionWatch(db, poll_seconds=0)
    before = watch.current()
    with db.write() as session:
        bump_audience_version(session)
    assert watch.current() == (before.pages, before.audiences + 1)


def test_the_watch_asks_no_more_often_than_its_poll(db: Database) -> None:
    watch = CacheVersionWatch(db, poll_seconds=3600)
    before = watch.current()
    with db.write() as session:
        bump_cache_version(session)
    assert watch.current() == before


def test_who_cannot_wait_gets_no_version_older_than_a_second(db: Database) -> None:
    watch = CacheVersionWatch(db)
    assert watch.recent() is None
    assert watch.current() == watch.recent()
    old = CacheVersionWatch(db, oldest_seconds=0)
    assert old.current()
    assert old.recent() is None


def test_who_cannot_wait_has_it_read_meanwhile(db: Database) -> None:
    watch = CacheVersionWatch(db, poll_seconds=0)
    before = watch.current()
    with db.write() as session:
        bump_cache_version(session)
    until(lambda: watch.recent() == (before.pages + 1, before.audiences + 1), 10)
    assert (
        watch.current().pages == before.pages + 1
    )  # it waits for the last reading, which no other test shall meet


@pytest.mark.own_database
def test_data_06_while_the_database_is_away_the_last_version_stands(db: Database) -> None:
    watch = CacheVersionWatch(db, poll_seconds=0)
    before = watch.current()
    with db.write() as session:
        session.execute(text("ALTER TABLE epoch RENAME TO elsewhere"))
    assert watch.current() == before
    with pytest.raises(SQLAlchemyError):
        CacheVersionWatch(db).current()
