"""Items on an article's page: they open without a script, and other pages carry nothing for them."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from articles.models import ArticleBody
from articles.render import render
from carrel.db import Database
from tests.articles.items import ALL
from tests.support.articles import put_article

TEXT = "A claim is clean when nothing is missing, and a payer has to decide on it in time. " * 30


@pytest.fixture
def library(db: Database) -> None:
    """An article with every kind of item, and one without any."""
    with db.write() as session:
        put_article(session, "clean-claims")
        article = put_article(session, "timely-filing")
        body = session.scalars(select(ArticleBody).where(ArticleBody.id == article.body_id)).one()
        rendered = render(f"{TEXT}\n\n{TEXT}\n\n## Try it\n\n{ALL}\n{TEXT}\n\n{TEXT}\n")
        body.blocks = [{"kind": b.kind, "words": b.words, "html": b.html} for b in rendered.blocks]


def test_a_page_with_items_shows_them_and_links_their_style(client: FlaskClient, library: None) -> None:
    page = client.get("/articles/timely-filing/").text
    assert page.count('<section class="question') == 8
    assert page.count('<section class="case"') == 1
    (sheet,) = re.findall(r'href="(/static/css/items\.[^"]+)"', page)
    assert client.get(sheet).status_code == 200


def test_a_page_without_items_has_not_a_byte_for_them(client: FlaskClient, library: None) -> None:
    page = client.get("/articles/clean-claims/").text
    assert not re.search(r"css/items|class=.question|<details class=.(?:hint|answer)|/study", page)


def test_no_slot_stands_directly_before_an_item(client: FlaskClient, library: None) -> None:
    page = client.get("/articles/timely-filing/").text
    assert 'class="slot ' in page
    before = re.split(r'<section class="(?:question|case)', page)[:-1]
    assert len(before) == 9
    assert not any(re.search(r"class=.slot(?:(?!<p>).)*\Z", text, re.DOTALL) for text in before)
    assert page.partition('<h2 id="try-it">')[0].rstrip().endswith("</p>")
