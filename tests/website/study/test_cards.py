"""The cards of an article: fronts with backs that open, for search engines too, and no ad among them."""

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from articles.models import Redirect
from carrel import clock
from carrel.db import Database
from tests.articles.items import ALL, QUESTION
from tests.support.accounts import make_reader
from tests.support.ads import house_ad
from tests.support.articles import put_article, put_exam
from tests.website.study.bank import put_article_with
from tests.website.study.practice_forms import parsed, sign_in

CARDS = "/study/cpb/cards/clean-claims/"


@pytest.fixture
def library(db: Database) -> None:
    """An article with every kind of item, one with a question only, one without any, and an ad for every slot."""
    with db.write() as session:
        put_article_with(session, "clean-claims", ALL, "claims")
        put_article_with(session, "appeals", QUESTION.replace("panel", "appeal"))
        put_article(session, "no-items")
        session.add(house_ad())


def quiz_of(page: str) -> dict[str, Any]:
    (data,) = [json.loads(text) for text in re.findall(r'ld\+json">(.*?)</script>', page)]
    assert isinstance(data, dict)
    return data


def test_it_shows_cards_and_terms_each_with_a_back_that_opens(client: FlaskClient, library: None) -> None:
    tree = parsed(client.get(CARDS).text)
    items = tree.xpath('//section[@class="study-item"]')
    assert [item.get("data-item") for item in items] == ["percent", "cmp", "fasting-hours"]
    assert [item.get("data-kind") for item in items] == ["card", "term", "card"]
    for item in items:
        assert set(item.keys()) >= {"data-exam", "data-revision", "data-meaning"}
        assert item.get("id") == f"item-{item.get('data-item')}"
        assert len(item.xpath('.//details[@class="study-back"]')) == 1
    assert tree.xpath('//link[@rel="canonical"]/@href') == [f"https://carrel.test{CARDS}"]
    assert tree.xpath('//meta[@name="description"]/@content')


def test_the_story_of_a_case_stands_before_its_card_alone(client: FlaskClient, library: None) -> None:
    (case,) = parsed(client.get(CARDS).text).xpath('//div[@class="study-case"]')
    assert "Dana finds a lab order" in case.text_content()
    assert [item.get("data-item") for item in case.iter("section")] == ["fasting-hours"]


def test_it_is_a_quiz_of_flashcards_with_every_card_of_the_page(client: FlaskClient, library: None) -> None:
    page = client.get(CARDS).text
    data = quiz_of(page)
    assert (data["@context"], data["@type"]) == ("https://schema.org", "Quiz")
    assert data["about"] == {"@type": "Thing", "name": "Clean claims"}
    assert data["educationalAlignment"] == [
        {"@type": "AlignmentObject", "alignmentType": "educationalSubject", "targetName": "Claims"}
    ]
    assert data["hasPart"][1] == {
        "@type": "Question",
        "eduQuestionType": "Flashcard",
        "text": "Competitive Medical Plan",
        "acceptedAnswer": {"@type": "Answer", "text": "A status beside the federally qualified HMO."},
    }
    words = " ".join(parsed(page).text_content().split())
    for part in data["hasPart"]:
        assert part["text"] in words
        assert part["acceptedAnswer"]["text"] in words
    assert len(data["hasPart"]) == page.count('class="study-item"')


@pytest.mark.parametrize(
    "path", ["/study/cpb/", "/study/cpb/practice", "/study/cpb/glossary/", "/articles/clean-claims/"]
)
def test_no_other_page_is_a_quiz(client: FlaskClient, library: None, path: str) -> None:
    assert '"Quiz"' not in client.get(path).text


def test_the_one_slot_stands_below_every_item(client: FlaskClient, library: None) -> None:
    page = client.get(CARDS).text
    assert page.count('class="slot ') == 1
    assert page.rindex('class="study-item"') < page.index("</footer>", page.index('class="list-foot"'))
    assert page.index('class="slot ') > page.index('class="list-foot"') > page.rindex('class="study-item"')


def test_a_pass_holders_cards_carry_no_ad_and_no_offer(
    app: Flask, client: FlaskClient, db: Database, library: None
) -> None:
    sign_in(app, client, db, holder=True)
    page = client.get(CARDS).text
    assert not re.search(r'class="(?:slot|offer)|\.slot-label|seen\.', page)
    assert page.count('class="study-item"') == 3


def test_it_is_kept_for_each_audience_and_holds_nothing_personal(
    app: Flask,
    client: FlaskClient,
    db: Database,
    library: None,
    kept: list[str],
) -> None:
    guest = client.get(CARDS)
    assert guest.headers["Cache-Control"].startswith("public")
    sign_in(app, client, db)
    reader = client.get(CARDS)
    assert reader.headers["Cache-Control"] == "private, no-cache"
    client.get(CARDS)
    assert kept == [CARDS, CARDS]
    make_reader(db)
    assert "csrf_token" not in guest.text + reader.text


@pytest.mark.parametrize(
    "path",
    [
        "/study/cpb/cards/no-items/", "/study/cpb/cards/appeals/", "/study/cpb/cards/nothing/", "/study/ccm/cards/clean-claims/",
        "/study/none/cards/clean-claims/",
    ],
)  # fmt: skip
def test_where_no_cards_are_there_is_no_page(
    client: FlaskClient, db: Database, library: None, path: str
) -> None:
    with db.write() as session:
        put_exam(session, "ccm")
        put_article(session, "other", exam="ccm")
    assert client.get(path).status_code == 404


def test_cards_move_and_go_with_their_article(client: FlaskClient, db: Database, library: None) -> None:
    with db.write() as session:
        article = put_article_with(session, "new-name", ALL.replace("percent", "share"))
        session.add(Redirect(slug="old-name", article_id=article.id))
        gone = put_article(session, "gone")
        gone.removed_at, gone.body_id = clock.now(), None
    moved = client.get("/study/cpb/cards/old-name/")
    assert (moved.status_code, moved.location) == (301, "/study/cpb/cards/new-name/")
    assert client.get("/study/cpb/cards/gone/").status_code == 410


def test_an_article_and_the_sitemap_lead_to_its_cards(client: FlaskClient, library: None) -> None:
    assert (
        f'<a href="{CARDS}">Turn over the 3 cards of this article</a>'
        in client.get("/articles/clean-claims/").text
    )
    assert "/study/cpb/cards/" not in client.get("/articles/appeals/").text
    sitemap = client.get("/sitemap.xml").text
    assert f"<loc>https://carrel.test{CARDS}</loc>" in sitemap
    assert sitemap.count("/cards/") == 1
