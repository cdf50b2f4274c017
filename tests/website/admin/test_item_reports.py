"""Readers' reports at the desk: what was read, what stands there now, and a button that closes each."""

import pytest
from flask import Flask
from sqlalchemy import select

from articles import item_reports
from articles.models import StudyReport, StudyText
from carrel.audit import AuditEntry
from carrel.services import Services
from tests.support.browser import forms_of
from tests.support.operators import OLGA, signed_in
from tests.website.study.study_rows import REVISION, put_item
from website.admin.operators.roles import Role
from website.admin.screens import item_reports as screen

PAGE = "/admin/item-reports/"


@pytest.fixture
def reported(services: Services) -> int:
    """An open report on a question that was mended since."""
    with services.db.write() as session:
        item = put_item(session)
        made = item_reports.report(session, "cpb", "panel", REVISION, "B is <right>.")
        text = session.get_one(StudyText, (item.id, REVISION))
        session.add(
            StudyText(
                item_id=item.id, revision="1" * 32, prompt='<p>Mended, see <a href="/articles/b/">b</a></p>', hint="",
                options=text.options, answer="", answer_text="", source="",
            )
        )  # fmt: skip
        item.revision = "1" * 32
        session.flush()
        return made.id


@pytest.mark.parametrize("role", list(Role))
def test_it_shows_both_texts_the_words_and_the_way_to_the_item(app: Flask, reported: int, role: Role) -> None:
    text = signed_in(app, role).get(PAGE).text
    assert "B is &lt;right&gt;." in text
    assert "<p>What of panel?</p>" in text
    assert "<p>Mended, see" in text
    assert "/articles/clean-claims/#question-panel" in text
    assert "clean-claims.md" in text
    assert "<strong><p>Each test</p></strong>" in text


def test_the_first_page_counts_them_until_they_are_closed(app: Flask, reported: int) -> None:
    browser = signed_in(app)
    sentence = f'<a href="{PAGE}">Readers’ reports on items: 1</a>'
    assert sentence in browser.get("/admin/").text
    (form,) = [form for form in forms_of(browser.get(PAGE)) if form.action.endswith("/close")]
    answer = browser.post(form.action, form.fields)
    assert "The report is closed." in answer.text
    assert "No report is open." in answer.text
    assert "Readers’ reports" not in browser.get("/admin/").text


def test_closing_is_in_the_log_and_is_done_once(app: Flask, services: Services, reported: int) -> None:
    browser = signed_in(app)
    (form,) = [form for form in forms_of(browser.get(PAGE)) if form.action.endswith("/close")]
    browser.post(form.action, form.fields)
    assert browser.post(form.action, form.fields).status_code == 404
    with services.db.read() as session:
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "item_report.close"))
        assert session.get_one(StudyReport, reported).closed_at
    assert (entry.actor, entry.subject, entry.after) == (OLGA, "item:cpb/panel", {"report": reported})


def test_closing_needs_the_token(app: Flask, services: Services, reported: int) -> None:
    assert signed_in(app).post(f"{PAGE}{reported}/close", {}).status_code == 403
    with services.db.read() as session:
        assert session.get_one(StudyReport, reported).closed_at is None


def test_of_many_the_oldest_are_shown(
    app: Flask, services: Services, reported: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "SHOWN", 1)
    with services.db.write() as session:
        put_item(session, "other", position=2)
        item_reports.report(session, "cpb", "other", REVISION, "Another.")
    text = signed_in(app).get(PAGE).text
    assert "The oldest 1 of 2." in text
    assert "Another." not in text
