"""Somebody finds an operator's browser open, or steals its cookie: what hurts asks for another code."""

import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from carrel import clock
from carrel.accounts.models import Reader
from carrel.ads.models import HouseAd
from carrel.audit import AuditEntry
from carrel.services import Services
from tests.support.browser import Browser, forms_of
from tests.support.office import fill_admin_tables
from tests.support.operators import code_now, signed_in
from tests.support.state import dump
from tests.website.admin.test_advertising import GOOD, png
from tests.website.admin.test_guard import OPEN, address
from website.admin.guard import FRESH
from website.admin.operators.models import OperatorSession
from website.admin.tables.routes import TABLES

# What may be done without another code, each for its reason. Everything else asks for one.
HARMLESS = {
    "operators.sign_out": "it ends access",
    "operators.again": "it is the code",
    "passkeys.again": "it is the passkey",
    "passkeys.again_challenge": "it is what the passkey signs",
    "advertising.switch": "it pauses what was made with a code, or lets it go on",
    "previews.revoke": "it ends access",
    "issue_editing.save": "nothing is sent before it is approved, with a code",
    "issue_editing.test": "it mails the operator alone",
    "broadcasts.create": "nothing is sent before it is approved, with a code",
    "broadcasts.save": "nothing is sent before it is approved, with a code",
    "broadcasts.test": "it mails the operator alone",
    "subscriber_imports.upload": "it subscribes nobody: that is another button, which asks",
    "subscriber_imports.discard": "it forgets a file that was only looked at",
    "item_reports.close": "a closed report stays for months, and changes no page",
    "mailing.seen": "an alarm that was seen stays in its table",
} | {f"tables.{table.name}_export": "it holds nobody" for table in TABLES if not table.personal}


@pytest.fixture
def stale(app: Flask, services: Services) -> Browser:
    """Olga's browser before a site in use, a quarter of an hour after she gave a code."""
    fill_admin_tables(services)
    olga = signed_in(app)
    with services.db.write() as session:
        session.execute(update(OperatorSession).values(proven_at=clock.now() - timedelta(minutes=15)))
    return olga


def dangerous(app: Flask) -> dict[str, str]:
    """Every unsafe route that is not harmless: its address by its name."""
    rules = app.extensions["admin"].url_map.iter_rules()
    return {
        rule.endpoint: address(rule)
        for rule in rules
        if "POST" in (rule.methods or ()) and rule.endpoint not in OPEN | HARMLESS.keys()
    }


def test_every_route_that_hurts_asks_for_another_code_and_does_nothing_before(
    app: Flask, services: Services, stale: Browser
) -> None:
    token = forms_of(stale.get("/admin/"))[-1].fields["csrf_token"]
    before = dump(services.db)
    routes = dangerous(app)
    assert {"tables.readers_export", "advertising.create", "operators.add", "money.refund"} <= routes.keys()
    for name, path in routes.items():
        answer = stale.post(path, {"csrf_token": token, "reason": "x", "sure": "1"}, follow=False)
        assert answer.status_code == 403, f"{name} asks for no code: is it harmless, and why?"
        assert "Confirm it’s you" in answer.text, name
    assert dump(services.db) == before


def test_the_list_of_harmless_routes_names_routes_and_nothing_that_asks(app: Flask) -> None:
    views = app.extensions["admin"].view_functions
    assert [name for name in HARMLESS if getattr(views[name], FRESH)] == []


def test_a_thief_of_a_cookie_wants_all_readers_at_once(stale: Browser, services: Services) -> None:
    asked = stale.send(stale.get("/admin/readers/"), -1)
    assert (asked.status_code, asked.mimetype) == (403, "text/html")
    assert "anna@example.org" not in asked.text
    with services.db.read() as session:
        acts = set(session.scalars(select(AuditEntry.action)))
    assert "table.export" not in acts
    taken = stale.send(asked, -1, code=code_now(services))
    with services.db.read() as session:
        number = len(session.scalars(select(Reader.id)).all())
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "table.export")).one()
    assert (taken.status_code, taken.mimetype, entry.after) == (
        200,
        "text/csv",
        {"rows": number, "searched": False, "chosen": {}},
    )


def test_a_thief_of_a_cookie_wants_an_ad_of_his_on_every_page(stale: Browser, services: Services) -> None:
    asked = stale.send(stale.get("/admin/ads/new"), -1, **GOOD | {"name": "Mine"})
    assert asked.status_code == 403
    assert names(services) == ["Pencils in December"], "the one that was there"
    stale.send(asked, -1, code=code_now(services))
    assert names(services) == ["Pencils in December", "Mine"]


def test_a_thief_of_a_cookie_wants_an_ad_to_lead_elsewhere(stale: Browser, services: Services) -> None:
    page = stale.get("/admin/ads/1")
    assert stale.send(page, -1, url="https://thief.example/").status_code == 403
    with services.db.read() as session:
        assert "thief" not in session.scalars(select(HouseAd.url)).one()


def test_a_picture_that_cannot_wait_is_asked_for_again(stale: Browser, services: Services) -> None:
    fields = (
        forms_of(stale.get("/admin/ads/new"))[-1].fields | GOOD | {"kind": "image", "picture_alt": "Teal"}
    )
    sent = stale.post("/admin/ads/new", fields | {"picture": (io.BytesIO(png()), "teal.png")})
    assert "choose it again" in sent.text
    form = stale.send(sent, -1, code=code_now(services))
    assert form.status_code == 422
    assert 'value="Pencils in December"' in form.text, "what was typed is there"
    assert names(services) == ["Pencils in December"]


def names(services: Services) -> list[str]:
    with services.db.read() as session:
        return list(session.scalars(select(HouseAd.name).order_by(HouseAd.id)))
