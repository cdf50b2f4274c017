"""An operator writes to readers, through the screens."""

from typing import Any

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import delete, func, select, update
from werkzeug.test import TestResponse

from carrel import clock
from carrel.mail.models import OutboxMail
from carrel.services import Services
from carrel.settings import Settings
from newsletter.issues.models import Delivery, DeliveryTotal, Issue, IssueState
from newsletter.writing.models import IssueText
from tests.support.articles import put_article
from tests.support.browser import Browser
from tests.support.digests import add_subscribers, make_ready, start_schedule
from tests.support.operators import OLGA, signed_in
from website.admin.operators.roles import Role

pytestmark = pytest.mark.both_databases


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"digest_review": True})


@pytest.fixture
def olga(app: Flask) -> Browser:
    return signed_in(app)


@pytest.fixture
def waiting(services: Services) -> str:
    """The address of an issue of six articles for two readers, which waits for the operator."""
    with services.db.write() as session:
        add_subscribers(session, 2)
    start_schedule(services)
    with services.db.write() as session:
        for number in range(6):
            put_article(session, slug=f"new-{number}")
    make_ready(services)
    return "/admin/issues/1"


def form_of(page: TestResponse, action: str) -> dict[str, Any]:
    """What a form holds, every ticked box of a name."""
    document: Any = html.fromstring(page.text)
    form = next(each for each in document.forms if each.action == action)
    fields: dict[str, Any] = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value.removeprefix("\n"))  # a textarea begins with one
    return fields


def send(browser: Browser, page: TestResponse, action: str, **typed: Any) -> TestResponse:
    return browser.post(action, form_of(page, action) | typed)


@pytest.mark.sweep
def test_an_issue_is_edited_tested_and_let_out(services: Services, olga: Browser, waiting: str) -> None:
    edit = f"{waiting}/edit"
    page = olga.get(edit)
    fields = form_of(page, edit)
    last = fields["article"][-1]
    typed = {
        "subject": "Before the exam",
        "markdown": "Read **these**.\r\n\r\nSoon.",
        f"place-{last}": "0",
        "article": [fields["article"][0], last],
    }
    saved = send(olga, page, edit, **typed)

    assert "Saved." in saved.text
    assert "Before the exam" in saved.text
    assert saved.text.index("New 5") < saved.text.index("New 0")
    make_ready(services)
    with services.db.read() as session:
        assert session.scalars(select(IssueText.markdown)).one() == "Read **these**.\n\nSoon."

    shown = olga.get(f"{waiting}/html")
    assert "<strong>these</strong>" in shown.text
    assert "script-src 'none'" in shown.headers["Content-Security-Policy"]

    tested = send(olga, olga.get(waiting), f"{waiting}/test")
    assert "A test is on its way" in tested.text
    with services.db.read() as session:
        mail = session.scalars(select(OutboxMail)).one()
        assert (mail.to_address, mail.subject) == (OLGA, "[Test] Before the exam")
        assert session.scalars(select(func.count()).select_from(Delivery)).one() == 2

    assert "Issue approved." in send(olga, tested, f"{waiting}/send").text
    assert "Nothing was changed" in send(olga, tested, f"{waiting}/send").text
    with services.db.read() as session:
        assert session.scalars(select(Issue.state)).one() == IssueState.SENDING


@pytest.mark.sweep
def test_a_mistake_keeps_what_was_typed_and_names_its_line(olga: Browser, waiting: str) -> None:
    edit = f"{waiting}/edit"
    answer = send(olga, olga.get(edit), edit, markdown="Fine.\n\n[gone](/articles/gone/)")
    assert answer.status_code == 422
    assert "Line 3: " in answer.text
    assert form_of(answer, edit)["markdown"] == ["Fine.\n\n[gone](/articles/gone/)"]


@pytest.mark.sweep
def test_the_second_of_two_operators_sees_both_versions_and_decides(
    services: Services, olga: Browser, waiting: str
) -> None:
    edit = f"{waiting}/edit"
    page = olga.get(edit)
    old = olga.get(waiting)
    send(olga, page, edit, markdown="The first version.")
    make_ready(services)

    answer = send(olga, page, edit, markdown="The second version.")
    assert answer.status_code == 409
    assert f"{OLGA} saved another version while you were writing" in answer.text
    assert "The first version." in answer.text
    assert form_of(answer, edit)["markdown"] == ["The second version."]
    refused = send(olga, old, f"{waiting}/send")
    assert refused.status_code == 409
    assert "Someone changed this issue" in refused.text

    send(olga, answer, edit)
    with services.db.read() as session:
        assert session.scalars(select(IssueText.markdown)).one() == "The second version."


@pytest.mark.sweep
def test_the_mails_of_an_issue_can_be_read_when_it_is_over(
    services: Services, olga: Browser, waiting: str
) -> None:
    page = olga.get(waiting)
    assert "Issue 1: New articles" in page.text
    send(olga, page, f"{waiting}/send")
    page = olga.get(waiting)
    assert "New 0 (and 5 more)</a>: 2 recipients" in page.text
    mail = olga.get(f"{waiting}/mails/1")
    assert "6 new articles" in mail.text
    assert "0token0of" not in mail.text + olga.get(f"{waiting}/mails/1/html").text
    assert olga.get(f"{waiting}/mails/99").status_code == 404
    assert "can no longer be changed" in olga.get(f"{waiting}/edit").text


def test_an_issue_that_was_rolled_up_says_so_and_offers_no_retry(
    services: Services, olga: Browser, waiting: str
) -> None:
    with services.db.write() as session:
        times = {"started_at": clock.now(), "send_until": clock.now(), "finished_at": clock.now()}
        over = {"state": IssueState.FINISHED, "rolled_up_at": clock.now(), **times}
        session.execute(update(Issue).values(over))
        session.execute(delete(Delivery))
        session.add(DeliveryTotal(issue_id=1, state="failed", deliveries=2))
    page = olga.get(waiting).text
    assert "The numbers add up." in page
    assert "Only these totals are kept" in page
    assert "Retry failed" not in page
    assert olga.get("/admin/issues/").status_code == 200


def test_a_broadcast_is_written_counted_tested_and_sent(services: Services, olga: Browser) -> None:
    with services.db.write() as session:
        add_subscribers(session, 2)
        put_article(session, "clean-claims", topics=("medicare",))
    new = "/admin/broadcasts/new"
    draft = send(olga, olga.get(new), new, subject="The price stays", markdown="It **stays**.", exams="cpb")
    address = "/admin/broadcasts/1"
    assert "Saved." in draft.text
    assert "Send to 2 subscribers" in draft.text
    assert "<strong>stays</strong>" in olga.get(f"{address}/html").text
    assert "A test is on its way" in send(olga, draft, f"{address}/test").text

    narrow = send(olga, draft, address, topics="medicare", exams=[])
    assert "Send to" not in narrow.text
    wide = send(olga, narrow, address, topics=[])
    sent = send(olga, wide, f"{address}/send")
    assert "Broadcast approved." in sent.text
    again = send(olga, wide, f"{address}/send")
    assert again.request.path == sent.request.path == "/admin/issues/1"
    assert olga.get(address).request.path == "/admin/issues/1"
    make_ready(services)

    assert "The price stays" in olga.get("/newsletter/archive/").text
    assert "It <strong>stays</strong>." in olga.get("/newsletter/archive/1/").text
    assert "not sent" not in olga.get("/admin/broadcasts/").text
    with services.db.read() as session:
        assert session.scalars(select(func.count()).select_from(Delivery)).one() == 2


def test_a_broadcast_without_words_or_recipients_is_not_saved(services: Services, olga: Browser) -> None:
    new = "/admin/broadcasts/new"
    answer = send(olga, olga.get(new), new, subject="", markdown="Kept.", paces=[])
    assert answer.status_code == 422
    assert form_of(answer, new)["markdown"] == ["Kept."]
    with services.db.read() as session:
        assert session.scalars(select(IssueText)).all() == []


def test_a_draft_is_deleted_unless_somebody_changed_it(services: Services, olga: Browser) -> None:
    new, address = "/admin/broadcasts/new", "/admin/broadcasts/1"
    page = send(olga, olga.get(new), new, subject="Prices", markdown="They stay.")
    send(olga, page, address, markdown="They rise.")
    stale = send(olga, page, f"{address}/delete")
    assert stale.status_code == 409
    assert "nothing was done" in stale.text
    send(olga, stale, f"{address}/delete")
    assert olga.get(address).status_code == 404


def test_support_writes_to_nobody(app: Flask, services: Services) -> None:
    with services.db.write() as session:
        add_subscribers(session, 1)
    support = signed_in(app, Role.SUPPORT)
    for path in ("/admin/broadcasts/new", "/admin/broadcasts/", "/admin/issues/1/edit"):
        assert support.get(path).status_code == 403
