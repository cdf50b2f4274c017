"""Deny by default: every operator's page says whom it is for, and no spelling of its address gets around it."""

from itertools import product

import pytest
from flask import Flask
from werkzeug.routing import Rule

from carrel.services import Services
from tests.support.browser import Browser
from tests.support.office import fill_admin_tables
from tests.support.operators import signed_in
from tests.support.state import dump
from website.admin.guard import FRESH, NEED, OPEN_TO_ALL
from website.admin.operators.roles import MAY, Need, Role

SAMPLES = {"token": "t" * 43}
OPEN = {
    "operators.sign_in_page",
    "operators.sign_in",
    "operators.set_up_page",
    "operators.set_up",
    "operators.set_up_kept",
    "operators.open_set_up",
    "passkeys.sign_in_challenge",
    "passkeys.sign_in",
}
VARIANTS = (
    "{0}",
    "{0}/",
    "/admin//{1}",
    "/ADMIN/{1}",
    "/admin/./{1}",
    "/admin/%2e/{1}",
    "{0}//",
    "{0}?x=1",
    "{0};x",
    "{0}/.",
    "{0}%2e",
    "{0}.css",
    "{0}/x.css",
    "{0}%00",
)


def admin_of(app: Flask) -> Flask:
    admin: Flask = app.extensions["admin"]
    return admin


def rules(app: Flask) -> list[Rule]:
    return list(admin_of(app).url_map.iter_rules())


def address(rule: Rule) -> str:
    built = rule.build({name: SAMPLES.get(name, "1") for name in rule.arguments}, append_unknown=False)
    assert built is not None
    return "/admin" + built[1]


def test_auth_10_every_view_declares_its_need(app: Flask) -> None:
    views = admin_of(app).view_functions
    assert {name for name, view in views.items() if getattr(view, NEED, None) == OPEN_TO_ALL} == OPEN
    for name, view in views.items():
        if name not in OPEN:
            assert isinstance(getattr(view, NEED, None), Need), name


@pytest.mark.own_app
def test_auth_10_a_view_that_declares_nothing_is_refused(app: Flask) -> None:
    admin_of(app).add_url_rule("/forgotten", view_func=lambda: "secret")
    answer = signed_in(app).get("/admin/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


@pytest.mark.sweep
def test_auth_10_nobody_sees_a_page_without_signing_in_however_it_is_spelled(app: Flask) -> None:
    for rule, variant in product(rules(app), VARIANTS):
        if rule.endpoint in OPEN or "GET" not in (rule.methods or ()):
            continue
        answer = app.test_client().get(variant.format(address(rule), address(rule).removeprefix("/admin/")))
        assert answer.status_code in {303, 308, 400, 404}, (rule, variant)
        assert answer.headers["Cache-Control"] == "private, no-store" or answer.status_code == 308
        if answer.status_code == 303:
            assert answer.headers["Location"].startswith("/admin/sign-in?next=/admin/")


@pytest.mark.sweep
@pytest.mark.parametrize("role", Role)
def test_auth_10_a_role_reaches_its_own_pages_and_no_others(app: Flask, role: Role) -> None:
    browser = signed_in(app, role)
    for rule in rules(app):
        need = getattr(admin_of(app).view_functions[rule.endpoint], NEED)
        if rule.endpoint in OPEN or "GET" not in (rule.methods or ()):
            continue
        status = browser.get(address(rule)).status_code
        assert (status == 403) is (need not in MAY[role]), rule


@pytest.mark.sweep
def test_n6_no_get_and_no_head_changes_a_row(app: Flask, services: Services) -> None:
    fill_admin_tables(services)
    olga = signed_in(app)
    before = dump(services.db)
    for rule in rules(app):
        if "GET" in (rule.methods or ()):
            olga.get(address(rule))
            olga.head(address(rule))
    assert dump(services.db) == before


@pytest.mark.parametrize("role", Role)
def test_auth_12_no_form_is_taken_from_elsewhere_or_without_its_token(app: Flask, role: Role) -> None:
    browser = signed_in(app, role)
    for rule in rules(app):
        if "POST" not in (rule.methods or ()):
            continue
        elsewhere = browser.post(address(rule), {}, headers={"Origin": "https://evil.test"})
        assert elsewhere.status_code == 403, rule
        assert browser.post(address(rule), {}).status_code == 403, rule


def test_auth_12_the_token_of_another_session_is_not_good(app: Flask) -> None:
    guest = Browser(app)
    token = guest.get("/admin/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]
    olga = signed_in(app)
    assert olga.post("/admin/sign-out", {"csrf_token": token}).status_code == 403


def test_what_hurts_is_declared_so(app: Flask) -> None:
    fresh = {name for name, view in admin_of(app).view_functions.items() if getattr(view, FRESH, False)}
    assert {
        "people.give",
        "people.take_back",
        "money.refund",
        "money.retry",
        "issue.send",
        "issue.act",
    } <= fresh
    assert {"operators.add", "operators.change", "people.end_sessions"} <= fresh
    assert {"own_account.password_page", "own_account.change_password", "own_account.renew_recovery"} <= fresh
    assert "own_account.end_sessions" in fresh
    assert {"passkeys.add_challenge", "passkeys.add", "passkeys.remove"} <= fresh


def test_con_12_an_unknown_page_and_its_policy(app: Flask) -> None:
    answer = signed_in(app).get("/admin/nothing")
    assert answer.status_code == 404
    assert "Page not found" in answer.text
    assert "form-action 'self';" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["//evil.test", "https://evil.test", "/account/", "/admin/../x", "/admin/x\\y"]
)
def test_auth_05_after_signing_in_one_stays_in_the_admin(app: Flask, path: str) -> None:
    page = Browser(app).client.get("/admin/sign-in", query_string={"next": path})
    assert '<input type="hidden" name="next" value="/admin/">' in page.text
