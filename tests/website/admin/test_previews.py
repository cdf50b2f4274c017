"""Drafts at the desk: their states, the way to see one, links for others, and who may."""

import re

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from articles.models import Article
from carrel import clock
from carrel.audit import AuditEntry
from carrel.services import Services
from tests.support.articles import put_article
from tests.support.browser import Browser, forms_of
from tests.support.operators import EDDA, signed_in
from website.admin.operators.roles import Role

TEXT = "Only an author may read this."


@pytest.fixture
def draft(services: Services) -> Article:
    with services.db.write() as session:
        put_article(session, "clean-claims")
        gone = put_article(session, "gone")
        gone.removed_at, gone.body_id = clock.now(), None
        return put_article(session, "secret", text=TEXT, draft=True)


def page_of(draft: Article) -> str:
    return f"/admin/articles/{draft.id}/preview-links"


def send(browser: Browser, draft: Article, path: str, page: str = "", **fields: str) -> TestResponse:
    """Post with the token that a page of this operator holds."""
    token = forms_of(browser.get(page or page_of(draft)))[0].fields["csrf_token"]
    return browser.post(path, {"csrf_token": token} | fields)


def shared(browser: Browser, draft: Article, days: str = "3") -> str:
    answer = send(browser, draft, page_of(draft), days=days)
    (link,) = re.findall(r'href="https://carrel\.test(/preview/[^"]+)"', answer.text)
    return str(link)


def test_the_table_says_of_each_article_whether_readers_see_it(app: Flask, draft: Article) -> None:
    text = signed_in(app, Role.EDITOR).get("/admin/articles/").text
    assert '<a href="/articles/clean-claims/">' in text
    assert f'<a href="/admin/articles/{draft.id}/see">' in text
    assert f'<a href="{page_of(draft)}">Draft</a>' in text
    assert ">Removed</td>" in text
    assert "/articles/gone/" not in text
    assert "None" not in re.findall(r'href="([^"]*)"', text)


@pytest.mark.parametrize(("state", "count"), [("visible", 1), ("draft", 1), ("removed", 1), ("expired", 0)])
def test_each_state_can_be_asked_for(app: Flask, draft: Article, state: str, count: int) -> None:
    text = signed_in(app).get(f"/admin/articles/?state={state}").text
    assert f'<p role="status">{count} row' in text


def test_an_editor_sees_the_draft_as_readers_will(app: Flask, draft: Article) -> None:
    page = signed_in(app, Role.EDITOR).get(f"/admin/articles/{draft.id}/see")
    assert page.status_code == 200
    assert TEXT in page.text


def test_a_link_for_others_works_without_signing_in_until_it_is_revoked(
    app: Flask, draft: Article, services: Services
) -> None:
    edda = signed_in(app, Role.EDITOR)
    link = shared(edda, draft)
    assert TEXT in Browser(app).get(link).text
    assert "no longer work" in send(edda, draft, f"{page_of(draft)}/revoke").text
    assert Browser(app).get(link).status_code == 410
    with services.db.read() as session:
        entries = session.execute(select(AuditEntry.actor, AuditEntry.action, AuditEntry.subject)).all()
    assert (EDDA, "preview.link", "article:secret") in entries
    assert (EDDA, "preview.revoke", "article:secret") in entries
    assert link.rpartition("/")[2] not in str(entries)


@pytest.mark.parametrize("days", ["0", "91", "-1", "x", "", "1e1", "٣"])
def test_a_link_lives_from_a_day_to_ninety(app: Flask, draft: Article, days: str) -> None:
    assert send(signed_in(app), draft, page_of(draft), days=days).status_code == 422


def test_support_neither_sees_drafts_nor_hands_them_out(app: Flask, draft: Article) -> None:
    sune = signed_in(app, Role.SUPPORT)
    table = sune.get("/admin/articles/").text
    assert "Draft" in table
    assert "/see" not in table
    assert "preview-links" not in table
    for path in (f"/admin/articles/{draft.id}/see", page_of(draft)):
        assert sune.get(path).status_code == 403
    for path in (page_of(draft), f"{page_of(draft)}/revoke"):
        refused = send(sune, draft, path, "/admin/articles/", days="3")
        assert refused.status_code == 403
        assert "Your role does not allow this" in refused.text


@pytest.mark.parametrize("slug", ["clean-claims", "gone"])
def test_there_is_no_link_to_what_everybody_sees_or_to_what_is_gone(
    app: Flask, draft: Article, services: Services, slug: str
) -> None:
    with services.db.read() as session:
        article_id = session.scalar(select(Article.id).where(Article.slug == slug))
    olga = signed_in(app)
    assert olga.get(f"/admin/articles/{article_id}/see").status_code == 404
    assert olga.get("/admin/articles/999/preview-links").status_code == 404
