"""An attacker wants to leave no trace (ASVS 16.3)."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from carrel.audit import AuditEntry
from carrel.security_events import Event
from carrel.services import Services
from tests.carrel.accounts.conftest import Post, ask, link_in
from tests.security.event_acts import (
    BY_STRANGERS,
    exports,
    link_asked_for,
    permissions,
    sign_in_and_out,
    wrong_code,
)
from tests.security.event_log import Log, log
from tests.support.accounts import make_reader, make_session
from tests.support.browser import Browser, forms_of
from tests.support.operators import EDDA, OLGA, put_operator, signed_in
from tests.support.served import ROOT
from website.admin.guard import REFUSALS_KEPT
from website.admin.operators.roles import Role

__all__ = ["log"]
FIELDS = {"timestamp", "request", "action", "category", "outcome", "actor", "network"}


def last_entry(services: Services) -> AuditEntry:
    with services.db.read() as session:
        return session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


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


def test_asvs_16_1_1_every_event_is_in_the_inventory_of_the_docs() -> None:
    inventory = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    assert [event for event in Event if f"`{event}`" not in inventory] == []
    packages = ("site", "articles", "payments", "newsletter")
    called = {
        name
        for package in packages
        for path in (ROOT / package).rglob("*.py")
        for name in re.findall(r"\bEvent\.([A-Z_]+)\b", path.read_text("utf-8"))
    }
    assert called >= set(Event.__members__), "an event that nothing writes"


def test_an_attacker_behind_no_proxy_wants_to_choose_the_id_of_his_request(app: Flask) -> None:
    chosen = "0123456789abcdef0123456789abcdef"
    assert (
        Browser(app).client.get("/about/", headers={"X-Request-Id": chosen}).headers["X-Request-Id"] != chosen
    )
