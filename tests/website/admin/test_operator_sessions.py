"""Operators once they are in: sessions and their end, another code before what hurts, owners, resets."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from carrel import clock
from carrel.audit import AuditEntry
from carrel.services import Services
from tests.support.browser import Browser, forms_of
from tests.support.operators import COOKIE, OLGA, PASSWORD, code_now, put_operator, signed_in
from website.admin.operators import sessions, staff
from website.admin.operators import sign_in as signing_in
from website.admin.operators.models import OperatorSession
from website.admin.operators.sign_in import SignInFailedError, SignInSource

pytestmark = pytest.mark.both_databases

HERE = SignInSource("192.0.2.1", "Firefox on Linux")
NEW = "new@carrel.test"


def sign_in(services: Services, password: str = PASSWORD, code: str = "", place: SignInSource = HERE) -> str:
    return signing_in.authenticate(services, OLGA, password, code or code_now(services), place)


def test_auth_07_a_session_ends_after_half_an_hour_of_rest_and_after_twelve_hours(app: Flask) -> None:
    olga = signed_in(app)
    start = clock.now()

    def is_in(after: timedelta) -> bool:
        with time_machine.travel(start + after, tick=False):
            return "Sign out" in olga.get("/admin/").text

    assert is_in(timedelta(minutes=29))
    assert is_in(timedelta(minutes=58))
    assert not is_in(timedelta(minutes=89))
    with app.extensions["carrel"].db.write() as session:
        session.execute(update(OperatorSession).values(last_seen_at=start + timedelta(hours=12)))
    assert is_in(timedelta(hours=11, minutes=59))
    assert not is_in(timedelta(hours=12, minutes=1))


def test_data_23_a_session_of_a_clock_that_was_an_hour_ahead_is_over(app: Flask) -> None:
    olga, right = signed_in(app), clock.now()
    with time_machine.travel(right - timedelta(minutes=4), tick=False):
        assert "Sign out" in olga.get("/admin/").text
    with time_machine.travel(right - timedelta(hours=1), tick=False):
        assert "Sign out" not in olga.get("/admin/").text


def test_auth_07_the_worker_throws_away_sessions_that_ended(app: Flask, services: Services) -> None:
    signed_in(app)
    assert not sessions.run_step(services)
    with time_machine.travel(clock.now() + timedelta(minutes=31), tick=False):
        assert sessions.run_step(services)
    with services.db.read() as session:
        assert session.scalars(select(OperatorSession.id)).all() == []


def test_auth_07_the_token_is_stored_hashed_and_the_cookie_is_for_this_host_alone(
    app: Flask, services: Services
) -> None:
    put_operator(services)
    browser = Browser(app)
    form: dict[str, Any] = {"email": OLGA, "password": PASSWORD, "code": code_now(services)}
    answer = browser.send(browser.get("/admin/sign-in"), follow=False, **form)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert attribute in cookie.split("; ")
    token = browser.cookie(COOKIE) or ""
    with services.db.read() as session:
        assert token.encode() not in session.scalars(select(OperatorSession.token_hash)).one()


def test_signing_out_ends_the_session_and_no_other(app: Flask, services: Services) -> None:
    olga, other = signed_in(app), signed_in(app)
    token = olga.cookie(COOKIE)
    olga.send(olga.get("/admin/"), 0)
    assert olga.cookie(COOKIE) is None
    with services.db.read() as session:
        assert sessions.find(session, token or "") is None
    assert "Sign out" in other.get("/admin/").text


def test_what_hurts_asks_for_another_code_when_the_last_is_ten_minutes_old(
    app: Flask, services: Services
) -> None:
    olga = signed_in(app)
    form: dict[str, Any] = {"email": NEW, "role": "editor"}
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        page = forms_of(olga.get("/admin/operators"))[-1]
        came_from = {"Referer": "https://carrel.test/admin/operators", "Origin": "https://carrel.test"}
        asked = olga.post(page.action, page.fields | form, headers=came_from)
        assert "Confirm it’s you" in asked.text
        assert "incorrect" in olga.send(asked, -1, code="000000").text
        link = olga.send(asked, -1, code=code_now(services))
    assert "https://carrel.test/admin/set-up/" in link.text


def test_an_owner_cannot_leave_the_site_without_one(app: Flask, services: Services) -> None:
    olga = signed_in(app)
    for act in ("remove", "editor"):
        page = olga.get("/admin/operators")
        assert "only owner" in olga.send(page, 1, act=act).text
    with services.db.write() as session, pytest.raises(staff.LastOwnerError):
        staff.remove(session, OLGA, actor="test")


def test_a_reset_ends_sessions_codes_and_password(app: Flask, services: Services) -> None:
    olga = signed_in(app)
    with services.db.write() as session:
        staff.reset(session, OLGA, actor="root (command line)")
    assert "Sign in" in olga.get("/admin/").text
    with pytest.raises(SignInFailedError):
        sign_in(services)
    with services.db.read() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.subject) == (
        "root (command line)",
        "operator.reset",
        f"operator:{OLGA}",
    )
