"""A report from a kept page: taken without a token from our own pages only, within limits, and never about its sender."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from articles import item_reports
from articles.models import StudyReport
from carrel.db import Database
from tests.articles.items import TERM
from tests.support.browser import Browser, Form, forms_of
from tests.website.study.bank import put_article_with
from tests.website.study.practice_forms import sign_in
from website.study import report

PAGES = ["/study/cpb/cards/clean-claims/", "/study/cpb/glossary/"]


@pytest.fixture
def library(db: Database) -> None:
    """An article with a term."""
    with db.write() as session:
        put_article_with(session, "clean-claims", TERM)


def count(db: Database) -> int:
    with db.read() as session:
        return session.scalars(select(func.count()).select_from(StudyReport)).one()


def form_on(browser: Browser, page: str = PAGES[0]) -> Form:
    return next(form for form in forms_of(browser.get(page)) if form.action == "/study/report")


@pytest.mark.parametrize("page", PAGES)
def test_a_kept_page_offers_it_and_thanks(app: Flask, db: Database, library: None, page: str) -> None:
    browser = Browser(app)
    form = form_on(browser, page)
    assert "csrf_token" not in form.fields
    answer = browser.post("/study/report", form.fields | {"words": "It ended in 1985."})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
    assert "<h1>Thank you</h1>" in answer.text
    with db.read() as session:
        assert session.scalars(select(StudyReport.words)).all() == ["It ended in 1985."]


def test_another_site_cannot_send_one(app: Flask, db: Database, library: None) -> None:
    browser = Browser(app)
    fields = form_on(browser).fields
    answer = browser.client.post(
        "/study/report",
        data=fields,
        base_url="https://carrel.test",
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert count(db) == 0


def test_a_robot_is_thanked_and_not_heard(app: Flask, db: Database, library: None) -> None:
    browser = Browser(app)
    assert "Thank you" in browser.post("/study/report", form_on(browser).fields | {"website": "x"}).text
    assert count(db) == 0


def test_when_enough_have_reported_it_says_so(
    app: Flask, db: Database, library: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(item_reports, "MOST_OPEN", 2)
    browser = Browser(app)
    fields = form_on(browser).fields
    answers = [browser.post("/study/report", fields) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert "Already reported" in answers[2].text
    assert count(db) == 2


@pytest.mark.parametrize(
    ("changed", "status"), [({"item": "other"}, 404), ({"revision": "x"}, 404), ({"words": "x" * 1001}, 422)]
)
def test_what_cannot_be_taken_is_refused(
    app: Flask, db: Database, library: None, changed: dict[str, str], status: int
) -> None:
    browser = Browser(app)
    answer = browser.post("/study/report", form_on(browser).fields | changed)
    assert (answer.status_code, count(db)) == (status, 0)


def test_one_network_sends_so_many_and_refused_ones_count_too(
    app: Flask, db: Database, library: None
) -> None:
    browser = Browser(app)
    fields = form_on(browser).fields
    most = report.PER_NETWORK[0].count
    for number in range(most):
        assert (
            browser.post("/study/report", fields | {"item": "other" if number else "cmp"}).status_code != 429
        )
    assert browser.post("/study/report", fields).status_code == 429
    assert count(db) == 1


def test_a_signed_in_reader_leaves_no_trace(
    app: Flask, client: FlaskClient, db: Database, library: None
) -> None:
    sign_in(app, client, db)
    fields = form_on(Browser(app)).fields
    answer = client.post("/study/report", data=fields, headers={"Origin": "https://carrel.test"})
    assert answer.status_code == 200
    with db.read() as session:
        (row,) = session.execute(select(StudyReport.__table__))
    assert len(row) == 6
