"""The index is what the library is, whatever was published, changed, hidden and removed before."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text

from articles.models import Article, ArticleBody
from articles.search import index, upkeep, vocabulary
from articles.search.document import MAX_PLACES, MAX_STREAM, compose, read_body
from articles.search.query import search
from articles.search.tokens import LITTLE
from carrel.db import Database
from tests.support.articles import put_article

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WORDS = ["claim", "appeal", "denial", "letter", "icd", "10", "the", "of", "é", "医疗"]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
QUERIES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
STEPS = st.tuples(st.sampled_from(["put", "hide", "remove"]), st.integers(0, 3), TEXTS)


def words_of(text_: str) -> set[str]:
    """What a naive search knows: words between spaces, without accents."""
    return set(text_.replace("é", "e").split())


def found(db: Database, query: str) -> tuple[bool, set[str]]:
    with db.read() as session:
        results = search(session, f"{query} ", NOW, limit=50)
        return results.is_partial, {hit.article.slug for hit in results.hits}


class Shelf:
    """The articles of a database, and a naive model of them."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.texts: dict[str, str] = {}
        self.visible: set[str] = set()

    def step(self, act: str, number: int, text_: str) -> None:
        name = f"zz{number}zz"
        self.remove(name)
        if act != "remove":
            self.texts[name] = text_
            self.visible |= set() if act == "hide" else {name}
            with self.db.write() as session:
                put_article(session, name, title="zz", summary="zz", text=text_, draft=act == "hide")

    def remove(self, name: str) -> None:
        self.visible.discard(name)
        if self.texts.pop(name, None):
            with self.db.write() as session:
                article = session.scalars(select(Article).where(Article.slug == name)).one()
                body_id = article.body_id or 0
                session.delete(article)
                session.flush()
                index.remove(session, [body_id])
                session.execute(delete(ArticleBody).where(ArticleBody.id == body_id))

    def clear(self) -> None:
        for name in list(self.texts):
            self.remove(name)


@pytest.mark.sweep
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=st.lists(STEPS, min_size=1, max_size=8), query=QUERIES)
def test_search_finds_what_a_naive_search_finds(db: Database, steps: list[Any], query: str) -> None:
    shelf = Shelf(db)
    for step in steps:
        shelf.step(*step)
    required = (words_of(query) - LITTLE) or words_of(query)
    naive = {name for name in shelf.visible if required <= words_of(shelf.texts[name])}
    is_partial, names = found(db, query)
    assert (names if not is_partial else set()) == naive
    counted = Counter(word for text_ in shelf.texts.values() for word in words_of(text_))
    with db.read() as session:
        known = vocabulary.read_words(session, 1_000)
    assert {word: known.get(word, 0) for word in counted if word != "医疗"} == {
        word: count for word, count in counted.items() if word != "医疗"
    }
    assert set(known) & set(WORDS) <= set(counted)
    shelf.clear()
    with db.read() as session:
        assert vocabulary.read_words(session, 1_000) == {}


def test_what_was_not_indexed_is_found_after_a_step_of_the_worker(db: Database) -> None:
    with db.write() as session:
        article = put_article(session, "clean-claims")
        index.remove(session, [article.body_id or 0])
    assert found(db, "missing") == (True, set())
    services: Any = SimpleNamespace(db=db)
    assert upkeep.run_step(services) is False
    assert found(db, "missing") == (False, {"clean-claims"})
    with db.read() as session:
        before = session.execute(text("SELECT * FROM article_search_word ORDER BY word")).all()
    upkeep.run_step(services)
    with db.read() as session:
        assert session.execute(text("SELECT * FROM article_search_word ORDER BY word")).all() == before


def test_a_text_longer_than_postgresql_takes_is_indexed_in_both(db: Database) -> None:
    many = " ".join(f"word{number}" for number in range(60_000))
    often = "again " * (MAX_PLACES * 3)
    with db.write() as session:
        put_article(session, "long", text=f"{often} {many} {'é' * 5_000} {'x' * 5_000}")
    for query in ("again", "word17", "word19000"):
        assert found(db, query) == (False, {"long"}), query


def test_limits_cut_places_and_not_words() -> None:
    body = read_body(" ".join(f"w{number}" for number in range(MAX_STREAM + 10)), [])
    document = compose("Title", "Summary", "", body)
    assert len(document.stream) == MAX_STREAM
    assert {"w1", f"w{MAX_STREAM + 9}"} <= {*document.stream, *document.marks}


def test_a_step_that_indexes_is_one_of_the_workers() -> None:
    from website.worker import steps

    runs: list[Callable[..., bool]] = [step.run_step for step in steps()]
    assert upkeep.run_step in runs
