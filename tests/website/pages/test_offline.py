"""Exams to read offline: for holders of the pass, and for nobody else."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask

from articles.offline import copies
from carrel.services import EXTENSION, Services
from tests.support.accounts import make_reader, make_session
from tests.support.articles import put_article
from tests.support.browser import Browser

BOOK = "/account/offline/cpb.epub"
SESSION = "__Host-carrel_session"
Enter = Callable[..., Browser]


@pytest.fixture
def library(services: Services) -> None:
    """One exam with an article, and its book."""
    with services.db.write() as session:
        put_article(session)
    assert copies.run_step(services)


def enter(app: Flask, services: Services, *, ad_free: bool) -> Browser:
    browser = Browser(app)
    token = make_session(services.db, make_reader(services.db, ad_free=ad_free))
    browser.client.set_cookie(SESSION, token, domain="carrel.test", secure=True)
    return browser


@pytest.mark.usefixtures("library")
def test_whoever_has_the_pass_finds_the_book_on_the_account_page(app: Flask, services: Services) -> None:
    holder = enter(app, services, ad_free=True)
    assert BOOK in holder.get("/account/").text
    answer = holder.client.get(BOOK)
    assert answer.mimetype == "application/epub+zip"
    assert answer.headers["Content-Disposition"] == "attachment; filename=cpb.epub"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "book/article-clean-claims.xhtml" in zipfile.ZipFile(BytesIO(answer.data)).namelist()
    answer.close()


@pytest.mark.usefixtures("library")
def test_whoever_has_none_is_shown_the_offer(app: Flask, services: Services) -> None:
    reader = enter(app, services, ad_free=False)
    assert BOOK not in reader.get("/account/").text
    answer = reader.client.get(BOOK)
    assert (answer.status_code, answer.location) == (303, "/pass/")


@pytest.mark.usefixtures("library")
def test_a_guest_is_led_to_the_sign_in_page(app: Flask) -> None:
    assert Browser(app).get(BOOK).request.path == "/sign-in/"


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("exam", ["nothing", "..%2f..%2fcarrel", "cpb.epub"])
def test_no_other_file_is_given_away(app: Flask, services: Services, exam: str) -> None:
    assert enter(app, services, ad_free=True).client.get(f"/account/offline/{exam}.epub").status_code == 404


@pytest.mark.usefixtures("library")
def test_a_site_that_does_not_offer_it_has_no_books(app: Flask, services: Services) -> None:
    plain = services.settings.model_copy(update={"pass_extras": ()})
    app.extensions[EXTENSION] = replace(services, settings=plain)
    holder = enter(app, services, ad_free=True)
    assert BOOK not in holder.get("/account/").text
    assert holder.client.get(BOOK).status_code == 303
