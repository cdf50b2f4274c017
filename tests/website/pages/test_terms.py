"""Terms of an exam in its articles: explained in place on the page, and nothing of it anywhere else."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from articles import terms
from articles.models import Article, StudyItem
from carrel.db import Database
from carrel.page_cache import CacheVersionWatch, bump_cache_version
from carrel.services import Services
from tests.articles.items import TERM
from tests.support.articles import put_article
from tests.website.study.bank import put_article_with
from tests.website.study.practice_forms import parsed
from website.pages import exam_terms

TEXT = "A competitive medical plan was a status, and a competitive medical plan ended."


@pytest.fixture
def services(services: Services) -> Services:
    """Services that see each change at once."""
    return replace(services, cache_version=CacheVersionWatch(services.db, poll_seconds=0))


@pytest.fixture
def library(db: Database) -> None:
    """An article that defines a term, one that uses it, one of the same exam and one of another that do not."""
    with db.write() as session:
        put_article_with(session, "plans", TERM)
        put_article(session, "history", text=TEXT)
        put_article(session, "appeals", text="Nothing of that kind.")
        put_article(session, "elsewhere", exam="ccm", text=TEXT)


def again(db: Database) -> None:
    """Make every page again, as after publishing."""
    with db.write() as session:
        bump_cache_version(session)


def test_the_first_use_opens_the_definition_without_a_script(client: FlaskClient, library: None) -> None:
    tree = parsed(client.get("/articles/history/").text)
    (button,) = tree.xpath('//main//button[@class="term"]')
    assert (button.text, button.get("type")) == ("competitive medical plan", "button")
    definition = tree.get_element_by_id(button.get("popovertarget"))
    assert definition.get("popover") is not None
    assert "A status beside the federally qualified HMO." in definition.text_content()
    assert tree.get_element_by_id(definition.get("aria-labelledby")).text == "Competitive Medical Plan"
    assert definition.xpath(".//a/@href") == ["/study/cpb/glossary/#term-cmp"]
    assert definition.getprevious().tag == "p", "a definition stands behind the block, never in it"
    assert any(".definition" in style for style in tree.xpath("//head/style/text()"))


@pytest.mark.parametrize("slug", ["appeals", "elsewhere"])
def test_a_page_without_a_term_of_its_exam_has_not_a_byte_more(
    client: FlaskClient, library: None, slug: str
) -> None:
    page = client.get(f"/articles/{slug}/").text
    assert not re.search(r"\.definition|popover|class=.term|class=.definition", page)
    assert "\n\n\n" not in page.partition('class="prose"')[2].partition("</p>")[0]


def test_feeds_and_plain_text_have_the_words_as_they_were(client: FlaskClient, library: None) -> None:
    for path in ("/feed.xml", "/atom.xml", "/feed.json", "/articles/history.md"):
        text = client.get(path).text
        assert "competitive medical plan was" in text
        assert "popover" not in text


def test_the_terms_of_an_exam_are_read_once_and_again_after_a_change(
    client: FlaskClient, db: Database, library: None
) -> None:
    count, read = 0, terms.exam_terms

    def counting(*args: object) -> object:
        nonlocal count
        count += 1
        return read(*args)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exam_terms, "exam_terms", counting)
        for slug in ("history", "appeals", "plans"):
            client.get(f"/articles/{slug}/")
        assert count == 1
        again(db)
        client.get("/articles/history/")
        client.get("/articles/appeals/")
        assert count == 2


def test_a_term_whose_article_is_hidden_or_that_is_retired_is_explained_no_longer(
    client: FlaskClient, db: Database, library: None
) -> None:
    assert "popover" in client.get("/articles/history/").text
    with db.write() as session:
        article = session.scalars(select(Article).where(Article.slug == "plans")).one()
        article.draft = True
        bump_cache_version(session)
    assert "popover" not in client.get("/articles/history/").text
    with db.write() as session:
        session.scalars(select(Article).where(Article.slug == "plans")).one().draft = False
        session.scalars(select(StudyItem)).one().retired = True
        bump_cache_version(session)
    assert "popover" not in client.get("/articles/history/").text
