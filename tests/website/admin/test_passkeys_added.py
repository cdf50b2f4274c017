"""Passkeys in one's account: added, shown, removed, and given in place of a code before what hurts."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.test import TestResponse

from carrel import clock
from carrel.services import Services
from tests.support.browser import Browser, Form, forms_of
from tests.support.operators import COOKIE, put_operator, signed_in
from tests.website.admin.authenticator import LIES, Device
from tests.website.admin.passkeys import SITE, asked, in_a_browser, kept, put_passkey, sign_in
from website.admin.operators import passkeys, sessions
from website.admin.operators.challenges import InvalidAnswerError
from website.admin.operators.models import Operator, OperatorSession
from website.admin.operators.roles import Role
from website.admin.operators.sign_in import SignInFailedError

pytestmark = pytest.mark.both_databases


def form_at(page: TestResponse, action: str) -> Form:
    return next(form for form in forms_of(page) if form.action == action)


def press(browser: Browser, page: TestResponse, action: str, device: Device, **fields: Any) -> TestResponse:
    """What js/passkey.js does when a form is sent."""
    form = form_at(page, action)
    answer = browser.post(f"{action}/challenge", form.fields | fields)
    options = json.loads(answer.text)
    credential = device.create(options) if "user" in options else device.get(options)
    return browser.post(action, form.fields | fields | {"credential": credential})


def test_auth_08_a_passkey_is_added_signs_in_and_is_removed(app: Flask) -> None:
    olga, phone = signed_in(app), Device()
    page = press(olga, olga.get("/admin/me"), "/admin/passkeys/add", phone, name=" My phone ")
    assert "<b>My phone</b>" in page.text
    other = Browser(app)
    sign_in_page = other.get("/admin/sign-in?next=/admin/me")
    there = press(other, sign_in_page, "/admin/passkeys/sign-in", phone)
    assert there.request.path == "/admin/me"
    assert other.cookie(COOKIE)
    assert other.cookie("__Host-carrel_passkey") is None
    form = form_at(there, "/admin/passkeys/remove")
    gone = other.post(form.action, form.fields | {"key": "1"})
    assert "<b>" not in gone.text
    refused = press(Browser(app), sign_in_page, "/admin/passkeys/sign-in", phone)
    assert refused.status_code == 403
    assert "This passkey is not registered here" in refused.text


def test_auth_08_the_challenge_is_in_a_cookie_for_this_host_that_no_script_reads(app: Flask) -> None:
    browser = Browser(app)
    form = form_at(browser.get("/admin/sign-in"), "/admin/passkeys/sign-in")
    answer = browser.post("/admin/passkeys/sign-in/challenge", form.fields)
    cookie = answer.headers["Set-Cookie"].split("; ")
    assert cookie[0].startswith("__Host-carrel_passkey=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict", "Max-Age=300"} <= set(cookie)
    assert cookie[0].partition("=")[2] not in answer.text


def test_adding_and_removing_ask_for_proof_that_is_not_ten_minutes_old(app: Flask) -> None:
    olga = signed_in(app)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        fields = form_at(olga.get("/admin/me"), "/admin/passkeys/add").fields
        for path in ("add/challenge", "add", "remove"):
            assert "Confirm it’s you" in olga.post(f"/admin/passkeys/{path}", fields).text


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_auth_08_a_new_key_must_be_made_here_by_somebody_verified(
    services: Services, lie: dict[str, Any]
) -> None:
    olga = put_operator(services)
    with pytest.raises(InvalidAnswerError):
        put_passkey(services, olga, replace(Device(), **lie))
    assert kept(services) == []


def test_auth_08_a_new_key_answers_a_challenge_of_its_own_once_and_in_time(services: Services) -> None:
    olga, sune = put_operator(services), put_operator(services, Role.SUPPORT)
    token, options = asked(passkeys.ask_to_add(services, SITE, olga))
    answer = Device().create(options)

    def add(token: str, operator: Operator) -> None:
        passkeys.add(services, SITE, in_a_browser(operator), token, answer, name="")

    with pytest.raises(InvalidAnswerError):
        add(token, sune)
    newer, _ = asked(passkeys.ask_to_add(services, SITE, olga))
    with pytest.raises(InvalidAnswerError):
        add(newer, olga)
    with (
        time_machine.travel(clock.now() + timedelta(minutes=5), tick=False),
        pytest.raises(InvalidAnswerError),
    ):
        add(token, olga)
    add(token, olga)
    with pytest.raises(InvalidAnswerError):
        add(token, olga)
    assert [key.name for key in kept(services)] == ["Passkey"]


def test_auth_08_one_key_is_one_operators(services: Services) -> None:
    olga, sune = put_operator(services), put_operator(services, Role.SUPPORT)
    phone = put_passkey(services, olga)
    with pytest.raises(InvalidAnswerError):
        put_passkey(services, sune, replace(phone))
    assert [key.operator_id for key in kept(services)] == [olga.id]


@pytest.mark.parametrize("sent", ["", "[]", '{"id": "AA"}', "é"])
def test_auth_08_nonsense_is_not_added(services: Services, sent: str) -> None:
    olga = put_operator(services)
    token, _ = asked(passkeys.ask_to_add(services, SITE, olga))
    with pytest.raises(InvalidAnswerError):
        passkeys.add(services, SITE, in_a_browser(olga), token, sent, name="x")


def test_nobody_removes_the_key_of_another(services: Services) -> None:
    olga, sune = put_operator(services), put_operator(services, Role.SUPPORT)
    phone = put_passkey(services, olga)
    with services.db.write() as session:
        passkeys.remove(session, services.settings, in_a_browser(sune), kept(services)[0].id)
    assert sign_in(services, phone)


def test_what_hurts_takes_a_passkey_in_place_of_a_code(app: Flask, services: Services) -> None:
    olga = signed_in(app)
    assert "Use a passkey" not in olga.get("/admin/again").text
    phone = put_passkey(services, a_session(services).operator, here=a_session(services))
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        page = olga.get("/admin/again?next=/admin/operators")
        wrong = press(olga, page, "/admin/passkeys/again", replace(phone, rp_id="evil.test"))
        assert wrong.status_code == 403
        assert not sessions.is_fresh(a_session(services))
        there = press(olga, wrong, "/admin/passkeys/again", phone)
        assert there.request.path == "/admin/operators"
        assert sessions.is_fresh(a_session(services))


def test_nobody_proves_themselves_with_the_key_of_another(services: Services, app: Flask) -> None:
    signed_in(app)
    operator_session = a_session(services)
    others = put_passkey(services, put_operator(services, Role.SUPPORT))
    token, options = asked(passkeys.ask_again(services, SITE, operator_session.operator))
    with pytest.raises(SignInFailedError):
        passkeys.prove_again(services, SITE, operator_session, token, others.get(options))


def a_session(services: Services) -> OperatorSession:
    """The one session there is, with its operator."""
    with services.db.read() as session:
        return session.scalars(select(OperatorSession).options(joinedload(OperatorSession.operator))).one()
