"""Signing in, seen from outside: how many mails, and what pages and mails say."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text

from carrel import clock
from carrel.accounts import mail_limits
from carrel.accounts.limits import Limit, hours
from carrel.mail.models import OutboxMail
from carrel.services import Services
from tests.carrel.accounts.conftest import Post, ask, link_in, sign_in
from tests.support.accounts import ANNA
from tests.support.browser import Browser, forms_of

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_auth_13_the_fourth_mail_in_ten_minutes_is_refused_with_the_time_to_wait(
    services: Services, anna: Browser
) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        for _ in range(3):
            assert ask(anna).status_code == 200
        refused = ask(anna)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
        assert "10 minutes" in refused.text
        time.shift(timedelta(minutes=10, seconds=1))
        assert ask(anna).status_code == 200
    with services.db.read() as session:
        assert session.scalar(select(func.count(OutboxMail.id))) == 4


def test_auth_13_a_network_address_gets_so_many_mails_an_hour(
    anna: Browser, stranger: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_limits, "PER_IP", Limit(5, hours(1)))
    with time_machine.travel(NOON, tick=False):
        statuses = [ask(anna, f"victim{n}@example.org").status_code for n in range(7)]
        assert statuses == [200] * 5 + [429] * 2
        assert ask(stranger).status_code == 200


def test_auth_13_a_network_gets_so_many_mails_an_hour(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_limits, "PER_NETWORK", Limit(10, hours(1)))
    with time_machine.travel(NOON, tick=False):
        neighbors = [Browser(app, ip=f"198.51.100.{n}") for n in range(12)]
        statuses = [ask(each, f"victim{n}@example.org").status_code for n, each in enumerate(neighbors)]
    assert statuses == [200] * 10 + [429] * 2


def test_auth_13_the_sites_ceiling_rings_the_operator(
    services: Services, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_limits, "PER_SITE", Limit(2, hours(1)))
    answers = [ask(Browser(app, ip=f"10.{n}.0.1"), f"v{n}@example.org").status_code for n in range(4)]
    assert answers == [200, 200, 429, 429]
    with services.db.read() as session:
        alarms = session.execute(text("SELECT key, count FROM alarm")).all()
    assert [tuple(row) for row in alarms] == [("limit:mail-site", 2)]


def test_auth_14_a_forwarded_address_that_nobody_trusts_changes_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_limits, "PER_IP", Limit(5, hours(1)))
    browser = Browser(app)
    page = browser.get("/sign-in/")
    statuses = []
    for n in range(7):
        headers = {"X-Forwarded-For": f"10.0.{n}.1", "X-Real-IP": f"10.0.{n}.1"}
        fields = forms_of(page)[0].fields | {"email": f"victim{n}@example.org"}
        statuses.append(browser.post("/sign-in/", fields, follow=False, headers=headers).status_code)
    assert statuses == [303] * 5 + [429] * 2


@pytest.mark.parametrize(
    "email", ["", "anna", "anna@example.org\r\nBcc: eve@example.org", "a" * 300 + "@x.org"]
)
def test_a_wrong_address_is_told_in_words(services: Services, anna: Browser, email: str) -> None:
    answer = ask(anna, email)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    with services.db.read() as session:
        assert session.scalar(select(func.count(OutboxMail.id))) == 0


def test_mail_13_a_sign_in_mail_holds_nothing_that_a_visitor_typed(anna: Browser, newest_mail: Post) -> None:
    page = anna.get("/sign-in/?next=/click-here-for-free-money")
    anna.send(page, email="free.money@example.org", name="Click http://evil.example", subject="Free")
    mail = newest_mail()
    for part in (mail.subject, mail.text, mail.html):
        assert not any(word in part for word in ("money", "evil", "Click", "Free"))


def test_web_06_a_link_names_our_own_host_whatever_the_visitor_said(anna: Browser, newest_mail: Post) -> None:
    page = anna.get("/sign-in/")
    fields = forms_of(page)[0].fields | {"email": ANNA}
    answer = anna.client.post("/sign-in/", data=fields, base_url="https://evil.example")
    assert answer.status_code == 421
    anna.post(
        "/sign-in/", fields, headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    )
    assert "evil" not in newest_mail().text + newest_mail().html
    assert "https://carrel.test/sign-in/" in newest_mail().html


def test_web_10_the_pages_with_tokens_load_nothing_from_elsewhere(anna: Browser, newest_mail: Post) -> None:
    ask(anna)
    page = anna.get(link_in(newest_mail()))
    assert {step.headers["Referrer-Policy"] for step in page.history} == {"origin"}
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "http" not in page.text.replace("https://carrel.test", "").replace(
        "http://www.w3.org/2000/svg", ""
    )


def test_mf_10_the_page_says_when_mail_is_late(services: Services, anna: Browser) -> None:
    assert "Email is currently delayed" not in anna.get("/sign-in/").text
    ask(anna)
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        assert "Email is currently delayed" in anna.get("/sign-in/").text
        assert "Email is currently delayed" in anna.get("/sign-in/code").text


def test_somebody_who_is_signed_in_is_not_asked_again(anna: Browser, newest_mail: Post) -> None:
    sign_in(anna, newest_mail)
    assert anna.get("/sign-in/").request.path == "/account/"


def test_the_code_page_without_a_mail_leads_to_the_start(anna: Browser) -> None:
    assert anna.get("/sign-in/code").request.path == "/sign-in/"


def test_me_names_nobody(services: Services, anna: Browser, newest_mail: Post) -> None:
    guest = anna.get("/me").get_json()
    assert (guest["signed_in"], guest["edition"]) == (False, "guest")
    sign_in(anna, newest_mail)
    mine = anna.get("/me").get_json()
    assert (mine["signed_in"], mine["edition"]) == (True, "reader")
    assert set(mine) == {"signed_in", "edition", "csrf"}
    assert anna.get("/me").headers["Cache-Control"] == "private, no-store"
