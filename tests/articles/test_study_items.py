"""Which items readers can study with at a moment, and where they belong."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from articles.items import CHECKED_KINDS
from articles.models import Article, Exam, StudyItem
from articles.study_items import count_items, exams_with_items, item_places, study_items
from carrel.db import Database
from tests.articles.items import ALL, CARD
from tests.website.study.bank import put_article_with, question

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
EARLIER = NOW - timedelta(days=1)


@pytest.fixture
def bank(db: Database) -> None:
    """Two articles with items in different domains, and one that appears tomorrow."""
    with db.write() as session:
        for slug, markdown, domain in (
            ("first", ALL, "rules"),
            ("second", question("more"), "claims"),
            ("soon", question("soon"), "claims"),
        ):
            article = put_article_with(session, slug, markdown, domain)
            article.published = NOW + timedelta(days=1) if slug == "soon" else EARLIER
        aim = update(StudyItem).where(StudyItem.key == "letters")
        session.execute(aim.values(objective="claims.lab"))
        session.execute(update(StudyItem).where(StudyItem.key == "act").values(retired=True))


def exam_of(session: Session) -> Exam:
    return session.scalars(select(Exam)).one()


def test_places_are_those_of_the_items_themselves(db: Database, bank: None) -> None:
    with db.read() as session:
        exam = exam_of(session)
        for wanted in (
            {},
            {"article": "first"},
            {"domain": "claims"},
            {"topic": "medicare"},
            {"kinds": CHECKED_KINDS},
        ):
            items = [item.key for item, _, _ in study_items(session, exam, NOW, **wanted)]
            assert [place.key for place in item_places(session, exam, NOW, **wanted)] == items, wanted


def test_an_item_counts_for_the_domain_of_its_objective(db: Database, bank: None) -> None:
    with db.read() as session:
        claims = item_places(session, exam_of(session), NOW, domain="claims")
    assert {(place.key, place.domain) for place in claims} == {("more", "claims"), ("letters", "claims")}


def test_retired_items_and_those_of_hidden_articles_are_not_there(db: Database, bank: None) -> None:
    with db.read() as session:
        exam = exam_of(session)
        assert {"act", "soon"}.isdisjoint(place.key for place in item_places(session, exam, NOW))
        tomorrow = item_places(session, exam, NOW + timedelta(days=2))
    assert "soon" in {place.key for place in tomorrow}


def test_an_items_case_is_named_with_its_place(db: Database, bank: None) -> None:
    with db.read() as session:
        cases = {place.key: place.case_key for place in item_places(session, exam_of(session), NOW)}
    assert (cases["fasting"], cases["panel"]) == ("third-morning", None)


def test_an_articles_questions_are_counted_without_cards(db: Database, bank: None) -> None:
    with db.read() as session:
        article = session.scalars(select(Article).where(Article.slug == "first")).one()
        assert count_items(session, article.id, CHECKED_KINDS) == 4


def test_an_exam_has_items_once_one_of_its_articles_with_some_is_visible(db: Database) -> None:
    with db.write() as session:
        article = put_article_with(session, "soon", CARD)
        article.published = NOW
    with db.read() as session:
        exam = exam_of(session)
        assert exams_with_items(session, EARLIER) == set()
        assert exams_with_items(session, NOW) == {exam.id}
