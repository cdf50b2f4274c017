"""Lists of thousands: a page has an address of its own, and costs the same however long the list is."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from articles import lists
from articles.models import Author
from carrel.db import Database
from carrel.page_cache import PageCache
from tests.support.articles import put_article

LISTS = ["/exams/cpb/", "/topics/medicare/"]
PAGES = [
    "/", *LISTS, *(f"{path}?page=2" for path in LISTS), "/articles/article-03/", "/sitemap.xml", "/llms.txt",
    "/feed.xml", "/exams/cpb/feed.xml", "/topics/medicare/atom.xml", "/feed.json", "/search?q=article",
    "/search?q=artikle", "/search?q=nothing+such", "/articles/article-03.md", "/sitemap-1.xml", "/sitemap-pages.xml",
    "/authors/jane/", "/series/basics/", "/newsletter/archive/",
]  # fmt: skip


def put_articles(db: Database, count: int, exam: str = "cpb", **columns: Any) -> None:
    with db.write() as session:
        for number in range(count):
            name = f"article-{number:02}"
            put_article(session, name, exam=exam, domain="claims", topics=("medicare",), **columns)


@pytest.fixture
def _short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PER_PAGE", 3)


@pytest.mark.usefixtures("_short_pages")
@pytest.mark.parametrize("path", LISTS)
def test_a_list_goes_on_without_javascript_until_every_article_was_shown(
    client: FlaskClient, db: Database, path: str
) -> None:
    put_articles(db, 7)
    seen, here = list[str](), path
    while here:
        text = client.get(here).text
        assert f'<link rel="canonical" href="https://carrel.test{here}">' in text
        seen += re.findall(r'<a href="/articles/([^/]+)/"', text)
        following = re.search(r'<a href="([^"]+)" rel="next">', text)
        assert bool(following) == ('<link rel="next" href="https://carrel.test' in text)
        here = following[1] if following else ""
    assert seen == [f"article-{number:02}" for number in range(7)]
    assert f'<a href="{path}" rel="prev">' in client.get(f"{path}?page=2").text
    assert f'<link rel="prev" href="https://carrel.test{path}">' in client.get(f"{path}?page=2").text


@pytest.mark.usefixtures("_short_pages")
@pytest.mark.parametrize("path", LISTS)
def test_a_page_that_is_not_there_is_not_found(client: FlaskClient, db: Database, path: str) -> None:
    put_articles(db, 6)
    for number in ("3", "0", "-1", "02", "x", "", "1e1", "9" * 30, "%00"):
        assert client.get(f"{path}?page={number}").status_code == 404, number
    first = client.get(f"{path}?page=1")
    assert (first.status_code, first.location) == (301, path)


@pytest.mark.usefixtures("_short_pages")
def test_a_link_to_a_domain_is_good_whatever_page_it_begins_on(client: FlaskClient, db: Database) -> None:
    put_articles(db, 4)
    with db.write() as session:
        put_article(session, "later", domain="rules")
    assert '<li id="page-rules"><a href="/exams/cpb/?page=2#page-rules">' in client.get("/exams/cpb/").text
    assert '<h2 id="page-rules">' in client.get("/exams/cpb/?page=2").text


def test_a_short_list_says_nothing_of_pages(client: FlaskClient, db: Database) -> None:
    put_articles(db, 2)
    for path in LISTS:
        text = client.get(path).text
        assert 'rel="next"' not in text
        assert 'class="pages"' not in text
        assert 'class="outline"' not in text


@contextmanager
def counted() -> Iterator[list[str]]:
    """What this thread asks of the database in the block, but for the versions, which are asked for by the clock."""
    statements, here = list[str](), get_ident()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT") and get_ident() == here and "FROM epoch" not in statement:
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield statements
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.sweep
def test_no_page_asks_more_of_the_database_when_the_library_grows(
    client: FlaskClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PageCache, "get", lambda *_: None)
    put_articles(db, 12, "cpb", author="Jane", series="Basics", series_slug="basics")
    with db.write() as session:
        session.add(Author(slug="jane", name="Jane", credentials="", bio="", links=[]))
    monkeypatch.setattr(lists, "PER_PAGE", 6)
    asked = {}
    for path in PAGES:
        client.get(path)  # what is asked once for each cache version
        with counted() as statements:
            assert client.get(path).status_code == 200
        asked[path] = len(statements)
    with db.write() as session:
        for number in range(30):
            put_article(session, f"more-{number}", exam=f"exam-{number}", topics=("medicare", f"t{number}"))
        for number in range(30):
            more: dict[str, Any] = {"author": "Jane", "series": "Basics", "series_slug": "basics"}
            put_article(session, f"again-{number}", exam="cpb", domain="rules", topics=("medicare",), **more)
    for path in PAGES:
        client.get(path)
        with counted() as statements:
            client.get(path)
        # One more: a neighbor that is found at the second try.
        assert 0 < len(statements) <= min(asked[path] + 1, 21), (path, statements)
