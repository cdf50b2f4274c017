"""What readers can find, at each moment."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from articles import lists, queries, sitemaps
from articles.models import Article, PlainPage
from articles.queries import Gone
from carrel.db import Database
from tests.support.articles import put_article, put_exam

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def slugs(articles: object) -> list[str]:
    return [article.slug for article in articles]  # type: ignore[attr-defined]


def first_page(page: lists.ListPage | None) -> Sequence[Article]:
    assert page
    return page.articles


def put_one_of_each(session: Session) -> None:
    """Articles in every state, all of one exam and topic."""
    shelf: dict[str, Any] = {"topics": ("medicare",), "first_visible_at": NOW - HOUR}
    put_article(session, "seen", **shelf)
    put_article(session, "draft", draft=True, **shelf)
    put_article(session, "later", published=NOW + HOUR, topics=("medicare",), first_visible_at=NOW + HOUR)
    put_article(session, "expired", expires=NOW, **shelf)
    removed = put_article(session, "removed", **shelf)
    removed.removed_at, removed.body_id = NOW, None
    session.flush()


def every_listing(session: Session, now: datetime) -> list[list[str]]:
    (exam,) = queries.exams(session, now)
    (topic,) = [count.topic for count in queries.topics(session, now)]
    return [
        slugs(queries.exam_articles(session, exam, now)),
        slugs(article for shelf in queries.domain_sections(session, exam, now) for article in shelf.articles),
        slugs(first_page(lists.exam_page(session, exam, now, 1))),
        slugs(first_page(lists.topic_page(session, topic, now, 1))),
        slugs(lists.highlights(session, [exam], now)[0].first),
        slugs(lists.highlights(session, [exam], now, first=0)[0].newest),
        slugs(queries.newest(session, now, 10)),
        slugs(queries.newest(session, now, 10, exam=exam)),
        slugs(queries.newest(session, now, 10, topic=topic)),
        slugs(queries.appeared(session, NOW - 2 * HOUR, now)),
        [url.split("/")[2] for url, _ in sitemaps.entries(session, now, 1)],
        slugs(queries.articles_by_id(session, range(100), now)),
        [slug for slug in ALL if isinstance(queries.find_article(session, slug, now), Article)],
    ]


ALL = ["seen", "draft", "later", "expired", "removed"]


def test_con_06_drafts_scheduled_expired_and_removed_articles_are_nowhere(db: Database) -> None:
    with db.write() as session:
        put_one_of_each(session)
        assert every_listing(session, NOW) == [["seen"]] * 13
        assert [topic.count for topic in queries.topics(session, NOW)] == [1]
        exams = queries.exams(session, NOW)
        assert [one.count for one in lists.highlights(session, exams, NOW)] == [1]
        assert [number for number, _ in sitemaps.files(session, NOW)] == [1]


def test_con_06_the_clock_brings_and_takes_articles_everywhere_at_once(db: Database) -> None:
    with db.write() as session:
        put_one_of_each(session)
        for listing in every_listing(session, NOW + HOUR):
            assert sorted(listing) == ["later", "seen"]
        for listing in every_listing(session, NOW - timedelta(seconds=1)):
            assert sorted(listing) == ["expired", "seen"]


@pytest.mark.parametrize(
    ("slug", "said"),
    [("draft", None), ("later", None), ("none", None), ("expired", Gone()), ("removed", Gone())],
)
def test_con_06_an_address_says_gone_only_of_what_was_seen(db: Database, slug: str, said: object) -> None:
    with db.write() as session:
        put_one_of_each(session)
        assert queries.find_article(session, slug, NOW) == said


def test_con_06_a_draft_that_was_removed_was_never_there(db: Database) -> None:
    with db.write() as session:
        article = put_article(session, "secret", draft=True)
        article.first_visible_at, article.removed_at, article.body_id = None, NOW, None
        session.flush()
        assert queries.find_article(session, "secret", NOW) is None


def test_an_exam_without_visible_articles_is_not_shown(db: Database) -> None:
    with db.write() as session:
        put_exam(session, "empty")
        put_article(session, "later", exam="soon", published=NOW + HOUR)
        put_article(session, "seen", exam="cpb")
        assert [exam.slug for exam in queries.exams(session, NOW)] == ["cpb"]
        assert queries.find_exam(session, "soon", NOW) is None
        assert queries.find_topic(session, "medicare", NOW) is None


def test_the_reading_order_is_number_then_outline_then_alphabet(db: Database) -> None:
    with db.write() as session:
        put_article(session, "e-none")
        put_article(session, "d-rules", domain="rules")
        put_article(session, "c-claims", domain="claims")
        put_article(session, "b-second", position=2)
        put_article(session, "a-first", position=1, domain="rules")
        (exam,) = queries.exams(session, NOW)
        expected = ["a-first", "b-second", "c-claims", "d-rules", "e-none"]
        articles = queries.exam_articles(session, exam, NOW)
        assert slugs(articles) == expected
        assert slugs(lists.highlights(session, [exam], NOW)[0].first) == expected[:3]
        page = first_page(lists.exam_page(session, exam, NOW, 1))
        assert slugs(page) == ["c-claims", "a-first", "d-rules", "b-second", "e-none"]
        listed = [
            (shelf.domain and shelf.domain.slug, slugs(shelf.articles))
            for shelf in queries.domain_sections(session, exam, NOW)
        ]
        assert listed == [
            ("claims", ["c-claims"]),
            ("rules", ["a-first", "d-rules"]),
            (None, ["b-second", "e-none"]),
        ]


def test_the_newest_come_by_the_date_that_readers_are_shown(db: Database) -> None:
    with db.write() as session:
        put_article(session, "old", published=NOW - 9 * HOUR, first_visible_at=NOW)
        put_article(session, "undated", first_visible_at=NOW - 2 * HOUR)
        put_article(session, "new", published=NOW - HOUR, first_visible_at=NOW)
        assert slugs(queries.newest(session, NOW, 2)) == ["new", "undated"]


def test_articles_may_be_used_after_their_session(db: Database) -> None:
    with db.write() as session:
        put_article(session, "one", domain="claims", topics=("medicare", "appeals"))
    with db.read() as session:
        article = queries.find_article(session, "one", NOW + HOUR * 24 * 365 * 99)
    assert isinstance(article, Article)
    assert article.content is not None
    assert article.domain is not None
    assert (article.exam.url, article.domain.url) == ("/exams/cpb/", "/exams/cpb/#page-claims")
    assert [topic.url for topic in article.topics] == ["/topics/medicare/", "/topics/appeals/"]
    assert (article.url, article.markdown_url) == ("/articles/one/", "/articles/one.md")


def test_lastmod_is_the_last_thing_that_readers_could_notice(db: Database) -> None:
    with db.write() as session:
        article = put_article(session, "one", published=NOW - 9 * HOUR, first_visible_at=NOW)
        assert article.lastmod == NOW - 9 * HOUR
        article.updated = (NOW + 48 * HOUR).date()
        assert article.lastmod == datetime(2026, 11, 22, tzinfo=UTC)
        article.modified_at = NOW + 72 * HOUR
        assert article.lastmod == NOW + 72 * HOUR


def test_plain_pages_are_listed_and_found(db: Database) -> None:
    with db.write() as session:
        session.add(PlainPage(slug="about", title="About", html="<p>We.</p>"))
        session.flush()
        assert [page.url for page in queries.plain_pages(session)] == ["/about/"]
        assert queries.find_page(session, "terms") is None


def test_the_next_change_is_looked_up_in_indexes(db: Database) -> None:
    if not db.is_sqlite:
        pytest.skip("PostgreSQL scans a table of nothing")
    with db.read() as session:
        plan = session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {queries.NEXT_DATES.compile(db.engine)}", (NOW, NOW)
        )
        steps = [row[3] for row in plan]
    searches = [step for step in steps if step.startswith("SEARCH")]
    assert ["ix_article_published" in searches[0], "ix_article_expires" in searches[1]] == [True, True], steps
    assert not any(step.startswith("SCAN article") for step in steps), steps
