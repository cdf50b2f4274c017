"""Searches without a result are counted by their words, and nobody can be told from them."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from articles.models import SearchMiss
from articles.search import misses
from articles.search.misses import MissBuffer, anonymous_words
from carrel import clock
from carrel.db import Database

DAY = date(2026, 11, 20)


def counts(db: Database) -> dict[str, int]:
    with db.read() as session:
        return {miss.words: miss.count for miss in misses.read(session, 2_000)}


@pytest.mark.parametrize(
    "query",
    ["jane@example.org", "mail to jane＠example.org", "4242 4242 4242 4242", "4242-4242", "+1 555 0100 999", "123-45-6789",
     "https://example.org/token", "one two three four five six seven eight nine", "x" * 41 + " " + "y" * 41, "", "?!"],
)  # fmt: skip
def test_priv_what_may_say_who_searched_is_not_kept(query: str) -> None:
    assert anonymous_words(query) == ""


def test_the_same_words_count_as_one(db: Database) -> None:
    buffer = MissBuffer(db)
    for query in ("Prior Auth", "prior  auth!", "PRIOR AUTH", "ICD-10", "icd10", "拒付流程"):
        buffer.add(query)
    assert counts(db) == {}
    buffer.flush()
    buffer.add("prior auth")
    buffer.stop()
    assert counts(db) == {"prior auth": 4, "icd10": 2, "拒付流程": 1}


def test_memory_and_table_are_bounded_and_the_frequent_stay(db: Database) -> None:
    buffer = MissBuffer(db)
    for number in range(misses.MOST_COLLECTED + 50):
        buffer.add(f"word {number}")
    buffer.flush()
    assert len(counts(db)) == misses.MOST_COLLECTED
    with db.write() as session:
        misses.count(session, {"often": 9}, DAY)
        misses.count(session, {f"other {number}": 1 for number in range(misses.MOST_ROWS)}, DAY)
    kept = counts(db)
    assert len(kept) <= misses.MOST_ROWS + misses.MOST_COLLECTED
    assert kept["often"] == 9


def test_what_nobody_searches_for_any_longer_is_forgotten(db: Database) -> None:
    today = clock.now().date()
    with db.write() as session:
        misses.count(session, {"old": 1}, today - misses.KEPT - timedelta(days=1))
        misses.count(session, {"new": 1}, today)
    services: Any = SimpleNamespace(db=db)
    misses.run_step(services)
    assert counts(db) == {"new": 1}
    assert {column.name for column in SearchMiss.__table__.columns} == {"words", "count", "last_on"}
