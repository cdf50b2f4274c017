"""Signing in as an operator: password and code together, once, and never by mail."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from carrel import clock
from carrel.accounts.limits import TooManyRequestsError
from carrel.mail.models import Alarm, OutboxMail
from carrel.services import Services
from tests.support.browser import Browser
from tests.support.operators import COOKIE, OLGA, PASSWORD, code_now, put_operator
from website.admin.operators import codes, passwords, staff
from website.admin.operators import sign_in as signing_in
from website.admin.operators.models import Operator, OperatorSession, RecoveryCode
from website.admin.operators.passwords import WeakPasswordError, check_new, hash_password, matches
from website.admin.operators.roles import Role
from website.admin.operators.sign_in import SignInFailedError, SignInSource

pytestmark = pytest.mark.both_databases

HERE = SignInSource("192.0.2.1", "Firefox on Linux")
NEW = "new@carrel.test"


def sign_in(services: Services, password: str = PASSWORD, code: str = "", place: SignInSource = HERE) -> str:
    return signing_in.authenticate(services, OLGA, password, code or code_now(services), place)


def invite(services: Services) -> str:
    with services.db.write() as session:
        return staff.add(session, NEW, Role.OWNER, actor="test")


def test_auth_08_an_invited_operator_sets_up_password_and_app_and_signs_in(
    app: Flask, services: Services
) -> None:
    browser, token = Browser(app), invite(services)
    page = browser.get(f"/admin/set-up/{token}")
    assert re.search(r'<svg [^>]*viewBox="0 0 (\d+) \1"', page.text)  # whole at any size
    typed: dict[str, Any] = {
        "password": PASSWORD,
        "password_again": PASSWORD,
        "code": code_now(services, NEW),
    }
    done = browser.send(page, **typed)
    recovery = re.findall(r"<code>([A-Z2-7-]{29})</code>", done.text)
    assert len(set(recovery)) == 10
    assert browser.get(f"/admin/set-up/{token}").status_code == 404
    with time_machine.travel(clock.now() + timedelta(seconds=31), tick=False):
        form: dict[str, Any] = {"email": NEW, "password": PASSWORD, "code": code_now(services, NEW)}
        assert "Today" in browser.send(browser.get("/admin/"), **form).text
    other = Browser(app)
    form = {"email": NEW, "password": PASSWORD, "code": recovery[0].lower().replace("-", " ")}
    assert "Today" in other.send(other.get("/admin/"), **form).text
    assert browser.cookie(COOKIE) != other.cookie(COOKIE)
    with services.db.read() as session:
        assert session.scalars(select(OutboxMail.id)).all() == []
        assert (
            recovery[1].replace("-", "").encode() not in session.scalars(select(RecoveryCode.code_hash)).all()
        )


def test_auth_08_a_set_up_link_ends_after_a_day(app: Flask, services: Services) -> None:
    token = invite(services)
    with time_machine.travel(clock.now() + timedelta(hours=24, seconds=1), tick=False):
        assert Browser(app).get(f"/admin/set-up/{token}").status_code == 404


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"password": "short", "password_again": "short"}, "15 characters or more"),
        ({"password": "passwordpassword", "password_again": "passwordpassword"}, "data breaches"),
        ({"password_again": "something else here"}, "do not match"),
        ({"code": "000000"}, "incorrect"),
    ],
)
def test_auth_08_a_set_up_that_is_not_right_changes_nothing(
    app: Flask, services: Services, fields: dict[str, Any], words: str
) -> None:
    browser, token = Browser(app), invite(services)
    good: dict[str, Any] = {"password": PASSWORD, "password_again": PASSWORD, "code": code_now(services, NEW)}
    answer = browser.send(browser.get(f"/admin/set-up/{token}"), 0, follow=True, **(good | fields))
    assert answer.status_code == 422
    assert words in answer.text
    with services.db.read() as session:
        assert session.scalars(select(Operator.password_hash)).all() == [None]


@pytest.mark.parametrize(
    "password", ["qwertyuiopasdfgh", "aaaaaaaaaaaaaaaaaaaa", "123456789012345678", "olga@carrel.test"]
)
def test_auth_08_a_password_that_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(WeakPasswordError):
        check_new(password, ["olga@carrel.test"])


@pytest.mark.sweep
def test_auth_08_a_password_is_kept_as_a_hash_that_only_it_matches(
    monkeypatch: pytest.MonkeyPatch, strong_hashing: str
) -> None:
    monkeypatch.setattr(passwords, "METHOD", strong_hashing)
    stored = hash_password(PASSWORD)
    assert stored.startswith("scrypt:32768:8:3$")
    assert matches(stored, PASSWORD)
    assert not matches(stored, PASSWORD + "x")
    assert not matches(None, PASSWORD)


def test_auth_08_neither_password_nor_code_alone_signs_in(services: Services) -> None:
    put_operator(services)
    with pytest.raises(SignInFailedError):
        sign_in(services, password="wrong-ladder-otter-quartz")
    with pytest.raises(SignInFailedError):
        sign_in(services, code="000000")
    with services.db.read() as session:
        assert session.scalars(select(OperatorSession.id)).all() == []
    assert sign_in(services)


def test_auth_08_who_is_not_set_up_cannot_sign_in(services: Services) -> None:
    invite(services)
    with pytest.raises(SignInFailedError):
        signing_in.authenticate(services, NEW, "", code_now(services, NEW), HERE)


def test_auth_09_a_code_is_good_once_and_for_a_step_on_either_side(services: Services) -> None:
    operator = put_operator(services)
    with time_machine.travel("2026-11-14T12:00:10Z", tick=False):
        code = code_now(services)
    for moment, good in (
        ("2026-11-14T12:01:01Z", False),
        ("2026-11-14T11:59:20Z", False),
        ("2026-11-14T11:59:40Z", True),
        ("2026-11-14T12:00:50Z", False),
    ):
        with time_machine.travel(moment, tick=False), services.db.write() as session:
            assert codes.use_code(session, services.signer, operator, code) is good, moment


def test_auth_09_one_code_sent_ten_times_at_once_is_good_once(services: Services) -> None:
    operator = put_operator(services)
    code = code_now(services)

    def spend(_number: int) -> bool:
        with services.db.write() as session:
            return codes.use_code(session, services.signer, operator, code)

    with ThreadPoolExecutor(10) as crowd:
        assert sorted(crowd.map(spend, range(10))) == [*[False] * 9, True]


def test_auth_08_a_recovery_code_is_good_once(services: Services) -> None:
    operator = put_operator(services)
    with services.db.write() as session:
        made = codes.renew_recovery(session, operator.id)
        assert codes.use_code(session, services.signer, operator, made[0])
        assert not codes.use_code(session, services.signer, operator, made[0])
        newer = codes.renew_recovery(session, operator.id)
        assert not codes.use_code(session, services.signer, operator, made[1])
        assert codes.use_code(session, services.signer, operator, newer[1])


def test_auth_09_five_wrong_codes_lock_the_code_for_a_quarter_of_an_hour_and_raise_an_alarm(
    services: Services,
) -> None:
    put_operator(services)
    for number in range(5):
        with pytest.raises(SignInFailedError):
            sign_in(services, code="000000", place=SignInSource(f"198.51.{number}.1", ""))
    elsewhere = SignInSource("203.0.113.7", "")
    with pytest.raises(TooManyRequestsError):
        sign_in(services, place=elsewhere)
    with services.db.read() as session:
        assert session.scalars(select(Alarm.key)).all() == ["operator-code:1"]
    with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=1), tick=False):
        assert sign_in(services, place=elsewhere)


def test_auth_09_a_stranger_without_the_password_locks_out_only_themselves(services: Services) -> None:
    put_operator(services)
    stranger = SignInSource("203.0.113.7", "")
    for _ in range(5):
        with pytest.raises(SignInFailedError):
            sign_in(services, password="wrong-ladder-otter-quartz", place=stranger)
    with pytest.raises(TooManyRequestsError):
        sign_in(services, place=stranger)
    assert sign_in(services)
