"""An attacker wants to leave no trace, or to find secrets in the traces of others (ASVS 16.3)."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from carrel import logging
from carrel.audit import AuditEntry
from carrel.security_events import Event
from carrel.services import Services
from tests.carrel.accounts.conftest import Post, ask, link_in
from tests.support.accounts import ANNA, make_reader, make_session
from tests.support.browser import Browser, forms_of
from tests.support.operators import COOKIE, EDDA, OLGA, PASSWORD, code_now, put_operator, signed_in
from tests.support.served import ROOT
from website.admin.guard import REFUSALS_KEPT
from website.admin.operators.roles import Role

Line = dict[str, Any]
FIELDS = {"timestamp", "request", "action", "category", "outcome", "actor", "network"}


class Log:
    """The lines that the site wrote, read from standard error."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def text(self) -> str:
        """Everything since the last time."""
        return self._capsys.readouterr().err

    def events(self) -> list[Line]:
        """The security events since the last time."""
        lines = [json.loads(line) for line in self.text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == "security event"]


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Log:
    """What is logged."""
    logging.configure()
    return Log(capsys)


def last_entry(services: Services) -> AuditEntry:
    with services.db.read() as session:
        return session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


def wrong_host(app: Flask) -> None:
    app.test_client().get("/", base_url="https://evil.example")


def forged_form(app: Flask) -> None:
    app.test_client().post("/sign-in/", data={"email": ANNA}, headers={"Origin": "https://evil.example"})


def form_without_token(app: Flask) -> None:
    app.test_client().post("/sign-in/", data={"email": ANNA})


def guessed_link(app: Flask) -> None:
    Browser(app).get(f"/sign-in/{'A' * 43}")


def link_asked_for(app: Flask) -> None:
    ask(Browser(app))


def guessed_code(app: Flask) -> None:
    browser = Browser(app)
    browser.send(ask(browser), code="00000000")


def too_many(app: Flask) -> None:
    for _ in range(4):
        ask(Browser(app))


def guessed_set_up_link(app: Flask) -> None:
    Browser(app).get(f"/admin/set-up/{'A' * 43}")


def wrong_password(app: Flask) -> None:
    browser = Browser(app)
    browser.send(browser.get("/admin/sign-in"), email=OLGA, password="guess", code="1")


def metrics_from_elsewhere(app: Flask) -> None:
    Browser(app).get("/metrics")


def forged_webhook(app: Flask) -> None:
    app.test_client().post("/webhooks/stripe", data=b"{}", headers={"Stripe-Signature": "t=1,v1=00"})


def forged_preferences(app: Flask) -> None:
    Browser(app).get("/newsletter/preferences/forged")


def guessed_confirm_link(app: Flask) -> None:
    Browser(app).get("/newsletter/confirm/guessed")


def account_in_a_frame(app: Flask) -> None:
    app.test_client().get("/account/", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"})


BY_STRANGERS: dict[Callable[[Flask], None], Event] = {
    wrong_host: Event.HOST_REFUSED,
    account_in_a_frame: Event.USE_REFUSED,
    forged_form: Event.FORM_REFUSED,
    form_without_token: Event.FORM_REFUSED,
    guessed_link: Event.READER_LINK_REFUSED,
    link_asked_for: Event.LINK_REQUESTED,
    guessed_confirm_link: Event.SUBSCRIBER_LINK_REFUSED,
    guessed_code: Event.READER_WRONG_CODE,
    too_many: Event.LIMIT_REACHED,
    guessed_set_up_link: Event.SETUP_LINK_REFUSED,
    wrong_password: Event.OPERATOR_SIGN_IN_REFUSED,
    metrics_from_elsewhere: Event.ACCESS_REFUSED,
    forged_webhook: Event.SIGNATURE_REFUSED,
    forged_preferences: Event.SIGNATURE_REFUSED,
}


@pytest.mark.parametrize("act", BY_STRANGERS, ids=lambda act: act.__name__)
def test_a_stranger_wants_to_try_without_a_trace_or_to_fill_the_database_with_them(
    app: Flask, services: Services, log: Log, act: Callable[[Flask], None]
) -> None:
    log.text()
    act(app)
    event = log.events()[-1]
    assert event["action"] == BY_STRANGERS[act]
    assert event.keys() >= FIELDS
    assert event["actor"] == "anonymous"
    assert event["network"] in {"192.0.2.0/24", "127.0.0.0/24"}
    succeeded = act is link_asked_for
    assert (event["outcome"], event["level"]) == (
        ("success", "info") if succeeded else ("failure", "warning")
    )
    with services.db.read() as session:
        assert session.scalar(select(func.count(AuditEntry.id))) == 0


def test_a_reader_finds_each_sign_in_and_sign_out_in_the_log(
    app: Flask,
    log: Log,
    newest_mail: Post,
) -> None:
    anna = Browser(app)
    ask(anna)
    page = anna.get(link_in(newest_mail()))
    log.text()
    account = anna.send(page)
    anna.get("/account/export")
    sign_out = next(n for n, form in enumerate(forms_of(account)) if form.action == "/sign-out")
    anna.send(account, sign_out)
    written = [(event["action"], event["actor"], event["outcome"]) for event in log.events()]
    assert written == [
        ("reader.sign_in", "reader:1", "success"),
        ("reader.own_export", "reader:1", "success"),
        ("reader.sign_out", "reader:1", "success"),
    ]


def sign_in_and_out(app: Flask, services: Services) -> Iterator[str]:
    olga = Browser(app)
    form = olga.get("/admin/sign-in")
    page = olga.send(form, email=OLGA, password=PASSWORD, code=code_now(services))
    yield "operator.sign_in"
    olga.send(page, next(n for n, form in enumerate(forms_of(page)) if form.action.endswith("/sign-out")))
    yield "operator.sign_out"


def wrong_code(app: Flask, services: Services) -> Iterator[str]:
    olga = Browser(app)
    olga.send(olga.get("/admin/sign-in"), email=OLGA, password=PASSWORD, code="000000")
    yield "operator.wrong_code"


def exports(app: Flask, services: Services) -> Iterator[str]:
    make_reader(services.db)
    olga = signed_in(app)
    olga.send(olga.get("/admin/readers/"), -1)
    yield "table.export"


def permissions(app: Flask, services: Services) -> Iterator[str]:
    olga = signed_in(app)
    page = olga.get("/admin/operators")
    token = forms_of(page)[-1].fields["csrf_token"]
    olga.post("/admin/operators", {"csrf_token": token, "email": "new@carrel.test", "role": "editor"})
    yield "operator.add"
    change = {"csrf_token": token, "email": "new@carrel.test"}
    for act, action in (
        ("support", "operator.role"),
        ("reset", "operator.reset"),
        ("remove", "operator.remove"),
    ):
        olga.post("/admin/operators/change", change | {"act": act})
        yield action
    olga.post("/admin/me/recovery", {"csrf_token": token})
    yield "operator.recovery_codes"


@pytest.mark.parametrize("acts", [sign_in_and_out, wrong_code, exports, permissions])
def test_an_operator_wants_to_deny_what_he_did(
    app: Flask, services: Services, log: Log, acts: Callable[[Flask, Services], Iterator[str]]
) -> None:
    number = put_operator(services).id
    log.text()
    for action in acts(app, services):
        entry, (event,) = last_entry(services), log.events()
        assert (entry.action, event["action"]) == (action, action)
        assert event.keys() >= FIELDS
        assert event["outcome"] == entry.outcome == ("failure" if "wrong" in action else "success")
        assert event["actor"] == f"operator:{number}"
        assert entry.actor == OLGA
        assert event["network"] == entry.network == "192.0.2.0/24"
        assert event["request"] == entry.request_id != ""
        assert "@" not in json.dumps(event)


def test_an_editor_wants_to_try_every_door_unseen_and_to_fill_the_table(
    app: Flask, services: Services, log: Log
) -> None:
    edda = signed_in(app, Role.EDITOR)
    log.text()
    for _ in range(REFUSALS_KEPT.count + 5):
        assert edda.get("/admin/readers/").status_code == 403
    events = log.events()
    assert len(events) == REFUSALS_KEPT.count + 5
    assert {(event["action"], event["category"], event["actor"], event["endpoint"]) for event in events} == {
        ("operator.role_refused", "authorization", "operator:1", "tables.readers")
    }
    entry = last_entry(services)
    assert (entry.actor, entry.outcome) == (EDDA, "failure")
    assert entry.after == {"role": "editor", "page": "tables.readers"}
    with services.db.read() as session:
        assert session.scalar(select(func.count(AuditEntry.id))) == REFUSALS_KEPT.count


def test_a_reader_who_is_erased_leaves_no_network_in_what_is_kept(app: Flask, services: Services) -> None:
    reader = make_reader(services.db)
    browser = Browser(app)
    token = make_session(services.db, reader)
    browser.client.set_cookie("__Host-carrel_session", token, domain="carrel.test", secure=True)
    browser.send(browser.get("/account/delete"), -1, sure="yes")
    entry = last_entry(services)
    assert (entry.action, entry.actor, entry.network) == ("reader.erase", f"reader:{reader.id}", "")
    assert entry.request_id


def test_an_attacker_wants_a_secret_from_the_logs(
    app: Flask,
    services: Services,
    log: Log,
    newest_mail: Post,
) -> None:
    """Every secret of these hours, looked for in the log and in the audit table."""
    log.text()
    anna, olga = Browser(app), Browser(app, ip="198.51.100.7")
    put_operator(services)
    page = ask(anna)
    link = link_in(newest_mail())
    code = re.search(r"\b\d{4} ?\d{4}\b", newest_mail().text)
    assert code
    anna.send(page, code="12345670")
    anna.send(anna.get(link))
    operators_code = code_now(services)
    olga.send(olga.get("/admin/sign-in"), email=OLGA, password=f"{PASSWORD}-not", code=operators_code)
    page = olga.send(olga.get("/admin/sign-in"), email=OLGA, password=PASSWORD, code=operators_code)
    csrf = forms_of(page)[-1].fields["csrf_token"]
    invited = olga.post(
        "/admin/operators", {"csrf_token": csrf, "email": "new@carrel.test", "role": "editor"}
    )
    set_up = re.search(r"/admin/set-up/([\w-]{43})", invited.text)
    recovery = re.findall(
        r"\b(?:[A-Z2-7]{4}-){3,}[A-Z2-7]{4}\b", olga.post("/admin/me/recovery", {"csrf_token": csrf}).text
    )
    assert set_up
    assert recovery
    Browser(app).get(f"/admin/set-up/{'B' * 43}")
    secrets = {
        link.rsplit("/", 1)[-1],
        code[0],
        "12345670",
        PASSWORD,
        operators_code,
        csrf,
        set_up[1],
        *recovery,
        str(anna.cookie("__Host-carrel_session")),
        str(olga.cookie(COOKIE)),
        ANNA,
        "198.51.100.7",
        "B" * 43,
    }
    written = log.text()
    assert written.count("security event") >= 8
    with services.db.read() as session:
        entries = session.scalars(select(AuditEntry)).all()
        kept = json.dumps([[str(value) for value in vars(entry).values()] for entry in entries])
    assert "operator.sign_in" in kept
    assert [secret for secret in secrets if secret in written] == []
    assert [secret for secret in secrets if secret in kept] == []


def test_asvs_16_1_1_every_event_is_in_the_inventory_of_the_docs() -> None:
    inventory = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    assert [event for event in Event if f"`{event}`" not in inventory] == []
    called = {
        name
        for path in (*ROOT.glob("site/**/*.py"), *ROOT.glob("*/**/*.py"))
        if "tests" not in path.parts
        for name in re.findall(r"\bEvent\.([A-Z_]+)\b", path.read_text("utf-8"))
    }
    assert called >= set(Event.__members__), "an event that nothing writes"


def test_an_attacker_behind_no_proxy_wants_to_choose_the_id_of_his_request(app: Flask) -> None:
    chosen = "0123456789abcdef0123456789abcdef"
    assert (
        Browser(app).client.get("/about/", headers={"X-Request-Id": chosen}).headers["X-Request-Id"] != chosen
    )
