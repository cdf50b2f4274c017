"""A library to practice with, and a reader who reviews."""

import pytest
from flask import Flask

from carrel.accounts.models import Reader
from carrel.db import Database
from carrel.page_cache import Audience, CachedPage, PageCache
from carrel.services import Services
from tests.articles.items import ALL
from tests.support.accounts import make_reader
from tests.support.ads import house_ad
from tests.support.articles import put_article
from tests.support.browser import Browser
from tests.website.pages.test_account import enter
from tests.website.study.bank import put_article_with, question, questions
from tests.website.study.study_rows import put_item

TWO_RIGHT = question("both", ("This", "That"), ("Neither",))


@pytest.fixture
def library(db: Database) -> None:
    """Two articles with items, one without, and an ad for every slot."""
    with db.write() as session:
        put_article_with(session, "clean-claims", f"{questions('clean', 12)}\n{TWO_RIGHT}", "claims")
        put_article_with(session, "kinds", ALL, "rules")
        put_article(session, "no-items")
        session.add(house_ad())


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of the pages that were put into the cache."""
    keys, put = list[str](), PageCache.put

    def note(cache: PageCache, key: str, audience: Audience, page: CachedPage) -> None:
        keys.append(key)
        put(cache, key, audience, page)

    monkeypatch.setattr(PageCache, "put", note)
    return keys


@pytest.fixture
def reader(services: Services) -> Reader:
    """A reader of a site with a question and a card."""
    with services.db.write() as session:
        put_item(session, "panel", position=1)
        put_item(session, "percent", position=2, kind="card")
    return make_reader(services.db)


@pytest.fixture
def anna(services: Services, app: Flask, reader: Reader) -> Browser:
    """A browser that is signed in."""
    return enter(services, app, reader)
