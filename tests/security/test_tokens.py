"""Links that hold a token: an attacker with a script on some page of the site, or with the logs, wants one."""

from dataclasses import dataclass
from http.cookies import SimpleCookie
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from carrel.accounts import links as account_links
from carrel.accounts.models import LinkPurpose
from carrel.logging import struck
from carrel.mail.addresses import parse
from carrel.services import Services
from tests.caches import nginx as nginxes
from tests.caches.served_site import CacheSite
from tests.caches.wire import Front
from tests.carrel.accounts.conftest import SESSION
from tests.security.token_links import KEPT_IN_A_COOKIE, SET_UP, SIGN_IN, UNDO, living
from tests.support.browser import Browser
from tests.support.operators import PASSWORD, code_now
from tests.support.served import running, wait_for
from tests.support.state import dump

COOKIE_NAMES = {
    SIGN_IN: "__Secure-carrel_link",
    UNDO: "__Secure-carrel_undo",
    SET_UP: "__Secure-carrel_set_up",
}
DONE = {SIGN_IN: "anna@example.org", UNDO: "was undone", SET_UP: "recovery codes"}
BY_RULE = pytest.mark.parametrize("rule", KEPT_IN_A_COOKIE)


@dataclass
class Links:
    """A living link of each kind."""

    paths: dict[str, str]
    session: str

    def token(self, rule: str) -> str:
        """What is secret in it."""
        return self.paths[rule].removeprefix(rule.partition("<")[0]).removesuffix(rule.partition(">")[2])


@pytest.fixture
def links(app: Flask, services: Services) -> Links:
    """All of them."""
    return Links(*living(services))


@pytest.fixture
def anna(app: Flask) -> Browser:
    """A browser that has never been here."""
    return Browser(app)


def without_cookies(app: Flask) -> Browser:
    """A browser that keeps none."""
    browser = Browser(app)
    browser.client = app.test_client(use_cookies=False)
    return browser


def press(browser: Browser, rule: str, page: TestResponse, services: Services) -> TestResponse:
    """The button, with what a person types for it."""
    typed: dict[str, Any] = {"password": PASSWORD, "password_again": PASSWORD}
    if rule == SET_UP:
        return browser.send(page, **typed, code=code_now(services, "nina@carrel.test"))
    return browser.send(page)


def test_an_attacker_wants_a_route_with_a_token_that_nobody_thought_of(app: Flask, links: Links) -> None:
    apps = {"": app, "/admin": app.extensions["admin"]}
    rules = {
        prefix + rule.rule
        for prefix, each in apps.items()
        for rule in each.url_map.iter_rules()
        if "token" in rule.arguments
    }
    assert rules == links.paths.keys()


def test_an_attacker_wants_the_referrer_of_a_page_behind_a_link(app: Flask, links: Links) -> None:
    for rule, path in links.paths.items():
        browser = Browser(app)
        browser.client.set_cookie(SESSION, links.session, domain="carrel.test", secure=True)
        answers = [browser.client.get(path), browser.get(path), browser.client.post(path)]
        assert answers[1].status_code == 200, rule
        for answer in answers:
            if links.token(rule) in answer.request.path:
                assert answer.headers["Referrer-Policy"] == "origin", (rule, answer)


def test_an_attacker_wants_the_referrer_of_a_link_that_was_cut_short(anna: Browser, links: Links) -> None:
    for rule, path in links.paths.items():
        assert anna.client.get(path[:-1]).headers["Referrer-Policy"] == "origin", rule


def test_an_attacker_wants_a_token_out_of_our_log(links: Links) -> None:
    for rule, path in links.paths.items():
        line = struck(f"Error handling request {path}?x=1")
        assert links.token(rule) not in line
        assert "token]" in line


@pytest.mark.sweep
def test_an_attacker_with_the_proxys_log_wants_a_token(
    cache_site: CacheSite, links: Links, tmp_path: Path
) -> None:
    """Over TLS, and where somebody typed the address without it."""
    config, plain, secure = nginxes.configure(tmp_path, cache_site.port)
    fronts = [Front("nginx", secure, tmp_path / "fullchain.pem"), Front("plain", plain)]
    command = (nginxes.program() or "nginx", "-c", str(config), "-p", str(tmp_path))
    with running(*command, log=tmp_path / "out.log") as process:
        wait_for(lambda: fronts[0].get("/healthz").status == 200, process, tmp_path / "out.log")
        for front, path in product(fronts, links.paths.values()):
            front.get(path)
            front.get(path, Host="evil.test")
    log = (tmp_path / "access.log").read_text("utf-8")
    for rule in links.paths:
        assert links.token(rule) not in log, rule
        assert log.count(f'"GET {rule.partition("<")[0]}*"') >= 4, "each was written, cut short"


@BY_RULE
def test_an_attacker_wants_the_token_to_stay_in_the_address(anna: Browser, links: Links, rule: str) -> None:
    page = anna.get(links.paths[rule])
    assert (page.status_code, page.request.path) == (200, KEPT_IN_A_COOKIE[rule])
    assert [step.status_code for step in page.history] == [303, 303]
    assert links.token(rule) not in page.text, "no script of ours or another's can read it in the page"
    assert page.headers["Cache-Control"] == "private, no-store"


@BY_RULE
def test_an_attacker_wants_the_cookie_in_other_requests_or_for_long(
    anna: Browser, links: Links, rule: str
) -> None:
    (sent,) = anna.client.get(links.paths[rule]).headers.getlist("Set-Cookie")
    ((name, morsel),) = SimpleCookie(sent).items()
    assert (name, morsel.value) == (COOKIE_NAMES[rule], links.token(rule))
    assert morsel["path"] == rule.partition("<")[0], "no page with an ad gets it"
    assert morsel["secure"]
    assert morsel["httponly"]
    assert morsel["domain"] == ""
    assert morsel["samesite"] == "Lax", "a Strict one is not sent on the way from a mail"
    assert 0 < int(morsel["max-age"]) <= 3600


@BY_RULE
def test_the_button_of_the_page_without_a_token_works_and_takes_the_cookie_away(
    anna: Browser, services: Services, links: Links, rule: str
) -> None:
    page = press(anna, rule, anna.get(links.paths[rule]), services)
    assert page.status_code == 200
    assert DONE[rule] in page.text
    kept = anna.client.get_cookie(COOKIE_NAMES[rule], domain="carrel.test", path=rule.partition("<")[0])
    assert kept is None


@BY_RULE
def test_a_browser_that_keeps_no_cookies_is_served_at_the_address_of_the_mail(
    app: Flask, services: Services, links: Links, rule: str
) -> None:
    browser = without_cookies(app)
    page = browser.get(links.paths[rule])
    assert (page.status_code, page.request.path) == (200, links.paths[rule])
    assert page.headers["Referrer-Policy"] == "origin"
    answer = press(browser, rule, page, services)
    assert answer.status_code == 200
    if rule == SIGN_IN:  # nobody is signed in without a cookie; the link is used all the same
        assert browser.get(links.paths[rule]).status_code == 410
    else:
        assert DONE[rule] in answer.text


@BY_RULE
def test_an_attacker_with_a_link_preview_or_a_mail_scanner_wants_to_use_a_link_up(
    app: Flask, anna: Browser, services: Services, links: Links, rule: str
) -> None:
    before = dump(services.db)
    for browser in (Browser(app), without_cookies(app)):
        for _ in range(3):
            browser.head(links.paths[rule])
            assert browser.get(links.paths[rule]).status_code == 200
            browser.head(KEPT_IN_A_COOKIE[rule])
    assert dump(services.db) == before
    assert DONE[rule] in press(anna, rule, anna.get(links.paths[rule]), services).text


@BY_RULE
def test_a_link_that_is_opened_twice_leads_to_its_page_at_once(
    anna: Browser, links: Links, rule: str
) -> None:
    anna.get(links.paths[rule])
    again = anna.get(links.paths[rule])
    assert again.status_code == 200
    assert [step.status_code for step in again.history] == [303]
    assert again.request.path == KEPT_IN_A_COOKIE[rule]


@BY_RULE
def test_without_its_cookie_the_page_says_what_to_do(
    anna: Browser, services: Services, links: Links, rule: str
) -> None:
    """After the button, with the back button; or when the cookie has ended."""
    page = anna.get(links.paths[rule])
    anna.client.delete_cookie(COOKIE_NAMES[rule], domain="carrel.test", path=rule.partition("<")[0])
    for answer in (anna.get(KEPT_IN_A_COOKIE[rule]), press(anna, rule, page, services)):
        assert answer.status_code == 410
        assert "Open the link" in answer.text


def test_back_at_the_page_of_a_link_whoever_is_signed_in_gets_to_the_account(
    anna: Browser, services: Services, links: Links
) -> None:
    press(anna, SIGN_IN, anna.get(links.paths[SIGN_IN]), services)
    for path in (KEPT_IN_A_COOKIE[SIGN_IN], links.paths[SIGN_IN]):
        assert anna.get(path).request.path == "/account/"


def test_an_attacker_whose_link_was_opened_in_another_tab_wants_the_button_to_use_it(
    anna: Browser, services: Services, links: Links
) -> None:
    page = anna.get(links.paths[SIGN_IN])
    with services.db.write() as session:
        eves = account_links.make(session, LinkPurpose.SIGN_IN, parse("eve@example.org")).token
    assert "e•••@example.org" in anna.get(f"/sign-in/{eves}").text
    shown = anna.send(page)
    assert shown.status_code == 200
    assert "e•••@example.org" in shown.text, "the button asks again, for the link that the browser holds now"
    assert anna.cookie(SESSION) is None
