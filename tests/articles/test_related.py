"""Related articles, by what they are about."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from articles.models import Article, BodyKeyword
from articles.related import related
from articles.words import keywords, words
from carrel.db import Database
from tests.support.articles import put_article

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def put(session: Session, slug: str, text: str, **columns: object) -> Article:
    article = put_article(session, slug, text=text, **columns)  # type: ignore[arg-type]
    pairs = keywords(article.title, [], words(text))
    rows = [{"body_id": article.body_id, "word": word, "weight": weight} for word, weight in pairs]
    session.execute(insert(BodyKeyword), rows)
    session.flush()
    session.expire(article)
    return article


@pytest.fixture
def shelf(db: Database) -> Database:
    """Articles on appeals and on anatomy; all of them talk of patients."""
    with db.write() as session:
        put(
            session,
            "appeals",
            "A denial is appealed by letter; the payer reviews the denial for the patient.",
        )
        put(session, "denials", "Denial codes, and which denial a patient pays; a letter follows.")
        put(session, "anatomy", "Femur, tibia and fibula of the patient.")
        put(session, "bones", "The femur of a patient, broken; the tibia too.")
        put(session, "alone", "Nothing shared whatsoever.")
    return db


def near(db: Database, slug: str, **options: int) -> list[str]:
    with db.read() as session:
        article = session.query(Article).filter_by(slug=slug).one()
        return [neighbor.slug for neighbor in related(session, article, NOW, **options)]


def test_the_nearest_share_the_rare_words(shelf: Database) -> None:
    assert near(shelf, "appeals")[0] == "denials"
    assert near(shelf, "anatomy")[0] == "bones"
    assert near(shelf, "appeals", limit=1) == ["denials"]


def test_of_two_as_near_the_one_for_the_same_exam_comes_first(shelf: Database) -> None:
    with shelf.write() as session:
        put(session, "a-other", "The femur, broken.", exam="ccm")
        put(session, "b-same", "The femur, broken.", exam="cpb")
        put(session, "own", "The femur, broken.", exam="cpb")
    slugs = near(shelf, "own", limit=9)
    assert slugs.index("b-same") < slugs.index("a-other")


def test_the_one_for_the_same_exam_is_found_behind_many_that_say_more(
    shelf: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("articles.related.BATCH", 4)
    with shelf.write() as session:
        for number in range(8):
            put(session, f"other-{number}", "The femur and the ulna.", exam="ccm")
        put(session, "own", "The femur and the ulna.", exam="cpb")
        put(session, "same", "The ulna, the radius, the wrist.", exam="cpb")
    assert near(shelf, "own") == ["same", "other-0", "other-1", "other-2"]


def test_an_article_is_never_related_to_itself_and_may_have_no_relatives(shelf: Database) -> None:
    assert "appeals" not in near(shelf, "appeals")
    assert near(shelf, "alone") == []


def test_a_shared_topic_relates_articles_without_a_shared_word(shelf: Database) -> None:
    with shelf.write() as session:
        put(session, "one", "Quartz.", topics=("geology",))
        put(session, "two", "Basalt.", topics=("geology",))
    assert near(shelf, "one") == ["two"]


def test_con_06_what_cannot_be_seen_is_not_related(shelf: Database) -> None:
    with shelf.write() as session:
        put(session, "draft", "Femur, tibia and fibula of the patient.", draft=True)
        put(session, "later", "Femur, tibia and fibula.", published=datetime(2027, 1, 1, tzinfo=UTC))
    assert near(shelf, "anatomy")[0] == "bones"
    assert not {"draft", "later"} & set(near(shelf, "anatomy", limit=10))


def test_what_the_author_chose_comes_in_that_order_and_nothing_else(shelf: Database) -> None:
    with shelf.write() as session:
        article = session.scalars(select(Article).where(Article.slug == "appeals")).one()
        article.related = ["bones", "anatomy", "nowhere"]
        assert [other.slug for other in related(session, article, NOW)] == ["bones", "anatomy"]


def test_when_none_of_the_chosen_can_be_seen_they_are_found_again(shelf: Database) -> None:
    with shelf.write() as session:
        article = session.scalars(select(Article).where(Article.slug == "appeals")).one()
        article.related = ["nowhere"]
        assert related(session, article, NOW)[0].slug == "denials"
