"""The articles before and after one."""

from datetime import UTC, datetime

from articles import queries
from articles.models import Article
from articles.neighbors import neighbors
from carrel.db import Database
from tests.support.articles import put_article

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_neighbors_stand_side_by_side_in_the_reading_order(db: Database) -> None:
    places = [(number, domain) for number in (None, 7, 3) for domain in (None, "rules", "claims")]
    with db.write() as session:
        for count, (number, domain) in enumerate(places * 3):
            slug = f"article-{count * 7 % 27:02}"
            put_article(session, slug, position=number, domain=domain, draft=count % 5 == 0)
        (exam,) = queries.exams(session, NOW)
        articles = queries.exam_articles(session, exam, NOW)
        assert len(articles) == 21
        pairs = [neighbors(session, article, NOW) for article in articles]
        assert pairs == list(zip([None, *articles[:-1]], [*articles[1:], None], strict=True))


def test_neighbors_skip_what_cannot_be_seen_and_other_exams(db: Database) -> None:
    with db.write() as session:
        for number, slug in enumerate(["a", "b", "c"]):
            put_article(session, slug, position=number, draft=slug == "b")
        put_article(session, "aa", exam="ccm", position=1)
        article = queries.find_article(session, "a", NOW)
        assert isinstance(article, Article)
        before, after = neighbors(session, article, NOW)
        assert (before, after and after.slug) == (None, "c")
