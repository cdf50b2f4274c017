"""Long lists come a page at a time, in one order, and nothing in them twice."""

from datetime import UTC, datetime, timedelta

import pytest

from articles import lists, queries
from carrel.db import Database
from tests.support.articles import put_article

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PER_PAGE", 2)


def test_the_pages_of_an_exam_follow_the_outline_and_say_where_each_domain_begins(db: Database) -> None:
    with db.write() as session:
        for slug in ("e", "d", "c"):
            put_article(session, slug, domain="rules")
        put_article(session, "b", domain="claims")
        put_article(session, "a")
        (exam,) = queries.exams(session, NOW)
        pages = [lists.exam_page(session, exam, NOW, number) for number in (1, 2, 3, 4)]
        assert [page and [article.slug for article in page.articles] for page in pages] == [
            ["b", "c"],
            ["d", "e"],
            ["a"],
            None,
        ]
        assert pages[0]
        assert [(entry.domain and entry.domain.slug, entry.page) for entry in pages[0].outline] == [
            ("claims", 1),
            ("rules", 1),
            (None, 3),
        ]
        assert (pages[0].total, pages[0].last, pages[0].minutes) == (5, 3, 5 * 3)
        assert [len(section.articles) for section in pages[0].sections] == [1, 1]


def test_the_pages_of_a_topic_go_exam_by_exam(db: Database) -> None:
    with db.write() as session:
        for exam, slug in (("ccm", "a"), ("cpb", "c"), ("ccm", "b")):
            put_article(session, slug, exam=exam, topics=("medicare",))
        put_article(session, "other")
        (count,) = queries.topics(session, NOW)
        pages = [lists.topic_page(session, count.topic, NOW, number) for number in (1, 2, 3)]
        listed = [page and [article.slug for article in page.articles] for page in pages]
        assert listed in ([["a", "b"], ["c"], None], [["c", "a"], ["b"], None])
        assert pages[0]
        assert pages[0].total == 3


def test_the_home_page_names_no_article_of_an_exam_twice(db: Database) -> None:
    with db.write() as session:
        for number in range(8):
            put_article(
                session, f"{number}-th", position=number, first_visible_at=NOW - timedelta(days=number + 1)
            )
        put_article(session, "only", exam="ccm")
        ccm, cpb = sorted(queries.exams(session, NOW), key=lambda exam: exam.slug)
        of_cpb, of_ccm = lists.highlights(session, [cpb, ccm], NOW)
        assert [article.slug for article in of_cpb.first] == ["0-th", "1-th", "2-th"]
        assert [article.slug for article in of_cpb.newest] == ["3-th", "4-th", "5-th"]
        assert (of_cpb.count, of_ccm.count) == (8, 1)
        assert ([article.slug for article in of_ccm.first], of_ccm.newest) == (["only"], [])
