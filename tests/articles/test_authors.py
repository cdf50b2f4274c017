"""Authors with pages, and the articles that are theirs."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from articles import lists
from articles.authors import authors, authors_of, find_author
from articles.lists import author_page
from articles.models import Article, Author
from carrel.db import Database
from tests.support.articles import put_article

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def put(session: Session, slug: str, author: str, reviewer: str | None = None) -> Article:
    article = put_article(session, slug=slug)
    article.author, article.reviewer = author, reviewer
    article.reviewed = date(2026, 10, 2) if reviewer else None
    session.flush()
    return article


def put_author(session: Session, slug: str, name: str) -> None:
    session.add(Author(slug=slug, name=name, credentials="", bio="", links=[]))
    session.flush()


def test_a_page_has_what_one_wrote_and_what_one_reviewed(db: Database) -> None:
    with db.write() as session:
        put_author(session, "jane", "Jane Doe")
        put(session, "a", "Jane Doe")
        put(session, "b", "Sam Roe", "Jane Doe")
        put(session, "c", "Sam Roe")
        jane = find_author(session, "jane", NOW)
        assert jane
        page = author_page(session, jane, NOW, 1)
        assert page
        assert [article.slug for article in page.written] == ["a"]
        assert [article.slug for article in page.reviewed] == ["b"]


def test_much_work_has_pages_with_the_authors_own_first(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PER_PAGE", 2)
    with db.write() as session:
        put_author(session, "jane", "Jane Doe")
        put(session, "a", "Sam Roe", "Jane Doe")
        for slug in ("b", "c", "d"):
            put(session, slug, "Jane Doe")
        jane = find_author(session, "jane", NOW)
        assert jane
        pages = [author_page(session, jane, NOW, number) for number in (1, 2, 3)]
        shown = [[article.slug for article in (*page.written, *page.reviewed)] for page in pages if page]
        assert shown == [["b", "c"], ["d", "a"]]
        assert pages[2] is None


def test_whoever_has_nothing_to_read_has_no_page(db: Database) -> None:
    with db.write() as session:
        put_author(session, "jane", "Jane Doe")
        put(session, "a", "Jane Doe").draft = True
        session.flush()
        assert find_author(session, "jane", NOW) is None
        assert list(authors(session, NOW)) == []


def test_a_name_without_a_page_stays_a_name(db: Database) -> None:
    with db.write() as session:
        put_author(session, "jane", "Jane Doe")
        article = put(session, "a", "Sam Roe", "Jane Doe")
        assert list(authors_of(session, article)) == ["Jane Doe"]
        assert [author.slug for author in authors(session, NOW)] == ["jane"]
