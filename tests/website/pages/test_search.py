"""Search: any input is only ever words."""

import pytest
from flask.testing import FlaskClient

from carrel.db import Database
from tests.support.articles import put_article


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
