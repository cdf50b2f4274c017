"""Importing and exporting subscribers in the browser."""

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from carrel import clock
from carrel.audit import AuditEntry
from carrel.services import Services
from newsletter.subscribers.models import SignUp, Subscriber
from newsletter.transfer import import_step
from newsletter.transfer.models import SubscriberImport, SubscriberImportBatch
from tests.support.articles import put_article
from tests.support.browser import Browser, forms_of
from tests.support.operators import SUNE, signed_in
from website.admin.operators.models import OperatorSession
from website.admin.operators.roles import Role
from website.admin.screens import subscriber_imports

pytestmark = pytest.mark.both_databases

PAGE = "/admin/subscribers/import"
GHOST = (
    "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\r\n"
    "1,anna@example.org,,,true,false,,2024-01-15T10:00:00.000Z,,,\r\n"
    "2,ben@example.org,,,false,false,,2024-01-15T10:00:00.000Z,,,\r\n"
    "3,nobody,,,true,false,,2024-01-15T10:00:00.000Z,,,\r\n"
)
EVIDENCE = "our Ghost site’s form"


@pytest.fixture
def sune(app: Flask, services: Services) -> Browser:
    with services.db.write() as session:
        put_article(session)
    return signed_in(app, Role.SUPPORT)


def upload(browser: Browser, content: str = GHOST, name: str = "members.csv", **fields: Any) -> TestResponse:
    form = next(form for form in forms_of(browser.get(PAGE)) if form.action == PAGE)
    file = (io.BytesIO(content.encode()), name)
    values = form.fields | {"evidence": EVIDENCE} | fields
    return browser.post(PAGE, values | {"file": file}, content_type="multipart/form-data")


def press(browser: Browser, page: TestResponse, end: str) -> TestResponse:
    form = next(form for form in forms_of(page) if form.action.endswith(end))
    return browser.post(form.action, form.fields)


def people(services: Services) -> int:
    with services.db.read() as session:
        return session.scalars(select(func.count()).select_from(Subscriber)).one()


def run_worker(services: Services) -> None:
    while import_step.run_step(services):
        pass


def test_columns_that_no_one_understood_are_named_before_anybody_is_subscribed(sune: Browser) -> None:
    list_of_ours = "Correo,Nombre,Estado\r\nanna@example.org,Anna,baja\r\n"
    dry = upload(sune, list_of_ours, "lista.csv", consented_at="2026-03-31")
    assert "Columns that were not used: Nombre, Estado." in dry.text
    assert "not used" not in upload(sune).text


def test_a_file_is_checked_then_imported_without_being_sent_again(services: Services, sune: Browser) -> None:
    dry = upload(sune)
    for words in (
        "Dry run of members.csv",
        "export from Ghost",
        "Nothing has been changed yet",
        "1 invalid line will be skipped",
    ):
        assert words in dry.text
    assert people(services) == 0
    running = press(sune, dry, "/start")
    assert "Importing members.csv" in running.text
    assert '<meta http-equiv="refresh"' in running.text
    run_worker(services)
    done = sune.get(running.request.path)
    assert "1 subscriber was</strong> added" in done.text or "1 subscriber was added" in done.text
    with services.db.read() as session:
        anna = session.scalars(select(Subscriber)).one()
        assert (anna.email, anna.source) == ("anna@example.org", "Ghost")
        assert session.scalars(select(SignUp.evidence)).one() == EVIDENCE
        acts = session.execute(select(AuditEntry.actor, AuditEntry.action).order_by(AuditEntry.id)).all()
    names = ["subscribers.import.check", "subscribers.import.start", "subscribers.import"]
    assert [tuple(entry) for entry in acts] == [(SUNE, name) for name in names]


def test_the_report_has_every_line_and_no_address(services: Services, sune: Browser) -> None:
    page = upload(sune)
    address = f"{page.request.path}/report.csv"
    before = sune.get(address)
    assert before.headers["Content-Disposition"] == 'attachment; filename="import-1.csv"'
    press(sune, page, "/start")
    run_worker(services)
    assert sune.get(address).text == before.text
    lines = before.text.lstrip("\ufeff").splitlines()
    assert lines == [
        "line,address,result,why",
        "2,a•••@example.org,Subscribed,Subscribed.",
        '3,b•••@example.org,Unsubscribed there,"Unsubscribed there: suppressed, so that no import subscribes them."',
        '4,n•••,Invalid,"This is not an address: Enter a full email address, such as •••"',
    ]


def test_importing_asks_who_it_is_and_keeps_the_file_meanwhile(services: Services, sune: Browser) -> None:
    page = upload(sune)
    with services.db.write() as session:
        session.execute(update(OperatorSession).values(proven_at=clock.now() - timedelta(minutes=15)))
    assert "Confirm it’s you" in press(sune, page, "/start").text
    run_worker(services)
    assert people(services) == 0
    with services.db.write() as session:
        session.execute(update(OperatorSession).values(proven_at=clock.now()))
    press(sune, page, "/start")
    press(sune, page, "/start")
    run_worker(services)
    assert people(services) == 1


def test_a_discarded_file_is_gone(services: Services, sune: Browser) -> None:
    press(sune, upload(sune), "/discard")
    with services.db.read() as session:
        assert session.scalars(select(SubscriberImport)).all() == []
        assert session.scalars(select(SubscriberImportBatch)).all() == []


def test_the_log_says_of_no_running_import_that_it_was_discarded(services: Services, sune: Browser) -> None:
    dry = upload(sune)
    press(sune, dry, "/start")
    press(sune, dry, "/discard")
    with services.db.read() as session:
        assert "subscribers.import.discard" not in session.scalars(select(AuditEntry.action)).all()


@pytest.mark.parametrize(
    ("content", "name", "fields", "sentence"),
    [
        ("", "", {}, "Choose a file."),
        ("name\nAnna\n", "list.csv", {}, "list.csv has no column of email addresses"),
        ("PK\x03\x04", r"C:\lists\list.xlsx", {}, "list.xlsx is a ZIP archive or an Excel workbook"),
        (GHOST, "members.csv", {"evidence": ""}, "Say how these people agreed"),
        (GHOST, "members.csv", {"consented_at": "2999-01-01"}, "That date is in the future"),
        (GHOST, "members.csv", {"pace": "hourly"}, "Choose how often"),
        ("email\n" + "a\n" * 60, "long.csv", {}, "larger than 20 MB or 50 lines. Split it"),
    ],
)
def test_what_cannot_be_read_is_said_with_what_to_do(
    services: Services,
    sune: Browser,
    monkeypatch: pytest.MonkeyPatch,
    content: str,
    name: str,
    *,
    fields: dict[str, str],
    sentence: str,
) -> None:
    monkeypatch.setattr(subscriber_imports, "MOST_LINES", 50)
    refused = upload(sune, content, name, **fields)
    assert (refused.status_code, sentence in refused.text) == (422, True)
    with services.db.read() as session:
        assert session.scalars(select(SubscriberImport)).all() == []


def test_the_export_is_read_again_by_the_import(services: Services, sune: Browser) -> None:
    press(sune, upload(sune), "/start")
    run_worker(services)
    export = press(sune, sune.get(PAGE), "/download")
    assert export.headers["Content-Type"].startswith("text/csv")
    with services.db.write() as session:
        session.execute(
            update(Subscriber).values(email="x@example.org", email_key="x@example.org", address_hash=b"1")
        )
    page = upload(sune, export.text, "carrel.csv")
    assert "Subscribed</th>" in page.text
    with services.db.read() as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert "subscribers.export" in actions
