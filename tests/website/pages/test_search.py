"""Search: any input is only ever words."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from articles.search import misses
from carrel.db import Database
from tests.support.articles import put_article
from website.pages.search import misses_of


@pytest.fixture
def library(db: Database) -> None:
    """Something to find."""
    with db.write() as session:
        put_article(session, slug="appeals", title="Appeals that are heard")
        put_article(session, slug="filing", title="Timely filing")


def test_what_is_found_leads_to_the_article(client: FlaskClient, library: None) -> None:
    text = client.get("/search?q=appeals").text
    assert "/articles/appeals/" in text
    assert "/articles/filing/" not in text


def test_nothing_found_says_what_to_do(client: FlaskClient, library: None) -> None:
    text = client.get("/search?q=zebra").text
    assert "Nothing found for" in text
    assert "/exams/cpb/" in text


def test_a_correction_is_said_and_can_be_followed(client: FlaskClient, library: None) -> None:
    text = client.get("/search?q=apeals").text
    assert "Nothing found for “apeals”" in text
    assert '<a href="/search?q=appeals">appeals</a>' in text
    assert "/articles/appeals/" in text


def test_one_exam_is_chosen_by_a_list_or_a_word_and_stays_chosen(
    client: FlaskClient, db: Database, library: None
) -> None:
    with db.write() as session:
        for number in range(11):
            put_article(session, slug=f"ccm-{number}", exam="ccm", title=f"Appeals of case managers {number}")
    for address in ("/search?q=appeals&exam=ccm", "/search?q=exam:ccm+appeals", "/search?q=appeals+EXAM:CCM"):
        text = client.get(address).text
        assert "/articles/ccm-" in text
        assert "/articles/appeals/" not in text, address
        assert '<option value="ccm" selected>CCM</option>' in text
        assert "/search?q=appeals&amp;exam=ccm&amp;page=2" in text
    assert "/articles/appeals/" in client.get("/search?q=appeals&exam=no-exam").text


def test_a_search_changes_no_row_and_its_words_are_counted_later(
    app: Flask, client: FlaskClient, db: Database, library: None
) -> None:
    for address in ("quagga", "quagga&page=2", "appeals", "jane@example.org", ""):
        client.get(f"/search?q={address}")
    with db.read() as session:
        assert misses.read(session, 10) == []
    misses_of(app).flush()
    with db.read() as session:
        counts = {miss.words: miss.count for miss in misses.read(session, 10)}
    assert counts["quagga"] == 1
    assert not {"appeals", "jane"} & set(" ".join(counts).split())


STRANGE = [
    '"',
    "'",
    "a AND",
    "NEAR(a b)",
    "*",
    "title:x",
    "-",
    "\x00",
    "%",
    "🩺",
    "a" * 10_000,
    "'; DROP TABLE article; --",
    "<script>alert(1)</script>",
    "((((",
    "\\",
    "&|!:*",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
]


def test_asvs_1_2_4_any_input_is_answered(client: FlaskClient, library: None) -> None:
    for query in STRANGE:
        answer = client.get("/search", query_string={"q": query})
        assert answer.status_code == 200, query[:40]
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize("page", ["0", "-1", "x", "999999999999999999999"])
def test_a_page_that_is_not_there_is_no_failure(client: FlaskClient, library: None, page: str) -> None:
    assert client.get(f"/search?q=appeals&page={page}").status_code == 200
