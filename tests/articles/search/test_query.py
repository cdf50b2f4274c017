"""Search: ranked, safe with any input, blind to what readers may not see."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from articles.search.lexicon import Lexicon
from articles.search.query import SearchResults, search
from articles.search.snippets import BEFORE, WIDTH, best_start, snippet
from articles.search.terms import Term, parse
from carrel.db import Database
from tests.support.articles import SUMMARY, put_article, put_exam

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FILLER = "Words that say little about anything in particular, again and again and again. " * 20


def find(db: Database, query: str, **options: object) -> SearchResults:
    with db.read() as session:
        return search(session, query, NOW, **options)  # type: ignore[arg-type]


def asked(query: str) -> list[Term]:
    return parse(query, Lexicon({}))


def slugs(results: SearchResults) -> list[str]:
    return [hit.article.slug for hit in results.hits]


@pytest.fixture
def shelf(db: Database) -> Database:
    """A few articles about appeals and claims."""
    with db.write() as session:
        put_article(session, "in-text", text=f"An appeal begins with a letter. {FILLER}")
        put_article(session, "often-in-text", text=f"{'The appeal of an appeal. ' * 30} {FILLER}")
        put_article(
            session, "in-summary", summary="How an appeal is won, from the first letter.", text=FILLER
        )
        put_article(session, "in-title", title="Your first appeal", text=FILLER)
        put_article(
            session,
            "other",
            exam="ccm",
            title="CMS-1500 and the 837P",
            text="Box 33 names the café's owner: naïve & <b>bold</b>.",
        )
    return db


def test_title_counts_more_than_summary_and_summary_more_than_text(shelf: Database) -> None:
    results = find(shelf, "appeal")
    assert results.total == 4
    assert slugs(results)[:2] == ["in-title", "in-summary"]


@pytest.mark.parametrize("query", ["appeals", "APPEAL", "appealing", "appea", "letter appe", "  appeal  "])
def test_forms_of_a_word_and_the_beginning_of_the_last_are_found(shelf: Database, query: str) -> None:
    assert "in-text" in slugs(find(shelf, query))


def test_codes_and_accents_are_found_as_people_type_them(shelf: Database) -> None:
    for query in ("CMS-1500", "cms 1500", "837p", "837", "cafe", "Café", "naive", "box 33", "bold"):
        assert slugs(find(shelf, query)) == ["other"], query


def test_all_words_are_wanted_and_any_when_no_article_has_all(shelf: Database) -> None:
    assert slugs(find(shelf, "letter won")) == ["in-summary"]
    assert set(slugs(find(shelf, "letter cms"))) == {"in-text", "in-summary", "other"}


def test_little_words_are_words_too(shelf: Database) -> None:
    assert "in-summary" in slugs(find(shelf, "how an appeal is"))


STRANGE = [
    "", " ", '"', "'", "''", '""""', "(", ")", "*", "-", "- -", "^", "%", "_", "\\", ";", "--", "NEAR(a b)", "a AND",
    "OR", "NOT x", "title:appeal", "{title}: x", "appeal*", '"appeal', "appeal'", "a'b", ":*", "&", "|", "!", "<->", "x:y:z",
    "'); DROP TABLE article; --", "😀", "👩‍⚕️ appeal", "\0", "appeal\0x", "\x01\x1f", "\ud800", "日本語", "ÄÖÜ", "ﬁ", "²",
    "a" * 10_000, "appeal " * 1_500, "🙂" * 5_000, "%s", "{0}", "1e5", "12:30", "http://x.y/z?q=1#a", "a@b.c", "1.5", "-1500",
]  # fmt: skip


def test_any_input_is_only_words(shelf: Database) -> None:
    for query in STRANGE:
        results = find(shelf, query)
        assert results.total >= len(results.hits), query[:40]
        if "appeal" in query:
            assert "in-text" in slugs(results), query[:40]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=st.text(max_size=60))
def test_no_input_raises(shelf: Database, query: str) -> None:
    assert find(shelf, query).total >= 0


def test_snippets_show_the_place_escaped_with_our_marks_alone(shelf: Database) -> None:
    (hit,) = find(shelf, "bold owner").hits
    assert str(hit.snippet) == (
        "Box 33 names the café&#39;s <mark>owner</mark>: naïve &amp; &lt;b&gt;<mark>bold</mark>&lt;/b&gt;."
    )
    hits = {hit.article.slug: str(hit.snippet) for hit in find(shelf, "appeal").hits}
    assert hits["in-text"].startswith("An <mark>appeal</mark> begins")
    assert "<mark>appeal</mark>" in hits["in-summary"]
    assert hits["in-title"] == SUMMARY


def test_a_snippet_cuts_no_word_and_joins_no_heading_to_its_text() -> None:
    text = "It was the patient’s loss.\nThe rule\nA claim is a form that somebody has to read before lunch."
    assert str(snippet(text, asked("form"))) == (
        "… The rule · A claim is a <mark>form</mark> that somebody has to read before lunch."
    )
    assert str(snippet("The patient’s one two three four five form.", asked("form"))) == (
        "… patient’s one two three four five <mark>form</mark>."
    )


def test_pages_of_results_miss_nothing_and_repeat_nothing(db: Database) -> None:
    with db.write() as session:
        for number in range(25):
            put_article(session, f"claim-{number}", text="A clean claim.")
    pages = [find(db, "claim", limit=10, offset=offset) for offset in (0, 10, 20, 30)]
    assert [page.total for page in pages] == [25] * 4
    found_slugs = [slug for page in pages for slug in slugs(page)]
    assert (len(found_slugs), len(set(found_slugs))) == (25, 25)


def test_what_costs_most_of_a_search_the_ranking_is_done_once(shelf: Database) -> None:
    made: list[str] = []

    def note(*arguments: Any) -> None:
        made.append(arguments[2])

    event.listen(Engine, "before_cursor_execute", note)
    assert find(shelf, "appeal").total == 4
    event.remove(Engine, "before_cursor_execute", note)
    ranking = [statement for statement in made if "points" in statement]
    assert len(ranking) == 1, ranking
    assert not any("article_body.blocks" in statement for statement in made), "a snippet needs the text alone"


@given(st.dictionaries(st.integers(0, 90), st.integers(0, 2), min_size=1, max_size=40))
def test_a_snippet_begins_where_the_most_different_words_follow(marked: dict[int, int]) -> None:
    def shown(start: int) -> tuple[int, int, int]:
        window = [stem for at, stem in marked.items() if start <= at < start + WIDTH - BEFORE]
        return len(set(window)), len(window), -start

    assert best_start(marked) == max(0, max(marked, key=shown) - BEFORE)


def test_one_exam_may_be_asked_for(shelf: Database) -> None:
    with shelf.write() as session:
        exam = put_exam(session, "ccm")
    assert slugs(find(shelf, "owner letter", exam=exam)) == ["other"]


def test_con_06_search_never_shows_what_readers_may_not_see(db: Database) -> None:
    hour = timedelta(hours=1)
    with db.write() as session:
        put_article(session, "seen", title="Zebra")
        put_article(session, "draft", title="Zebra", draft=True)
        put_article(session, "later", title="Zebra", published=NOW + hour)
        put_article(session, "expired", title="Zebra", expires=NOW)
        removed = put_article(session, "removed", title="Zebra")
        removed.removed_at, removed.body_id = NOW, None
    assert (find(db, "zebra").total, slugs(find(db, "zebra"))) == (1, ["seen"])
