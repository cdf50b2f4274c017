"""What somebody wants who is signed in where they should not be: at the desk, or in a reader's account."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from carrel import clock
from carrel.accounts import readers
from carrel.accounts import sessions as readers_sessions
from carrel.audit import AuditEntry
from carrel.services import Services
from tests.support.accounts import make_reader, make_session
from tests.support.browser import Browser, forms_of
from tests.support.operators import COOKIE, EDDA, OLGA, PASSWORD, code_now, signed_in
from tests.website.admin.test_passkeys_added import form_at
from website.admin.operators.models import OperatorSession
from website.admin.operators.roles import Role

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1"
)
SESSION = "__Host-carrel_session"
ENDS = "/admin/me/sessions/end"


def is_in(browser: Browser) -> bool:
    return "Sign out" in browser.get("/admin/").text


def ids(services: Services) -> list[int]:
    with services.db.read() as session:
        return list(session.scalars(select(OperatorSession.id).order_by(OperatorSession.id)))


def actions(services: Services) -> list[tuple[str, str, str]]:
    with services.db.read() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(entry.actor, entry.action, entry.subject) for entry in entries]


def test_who_signed_in_with_a_stolen_password_wants_to_be_seen_nowhere(
    app: Flask, services: Services
) -> None:
    olga = signed_in(app)
    thief = Browser(app, PHONE, "198.51.100.77")
    form: dict[str, Any] = {"email": OLGA, "password": PASSWORD, "code": code_now(services)}
    thief.send(thief.get("/admin/sign-in"), **form)
    page = olga.get("/admin/me")
    assert "Safari on iPhone" in page.text
    assert "198.51.100.0/24" in page.text
    assert "198.51.100.77" not in page.text
    assert page.text.count("(this one)") == 1
    ends = form_at(page, ENDS)
    done = olga.post(ENDS, ends.fields | {"session": str(ids(services)[1])})
    assert "That browser is signed out" in done.text
    assert not is_in(thief)
    assert is_in(olga)
    assert (OLGA, "operator.sign_out", f"operator:{OLGA}") in actions(services)


def test_who_is_signed_in_three_times_wants_to_survive_one_button(app: Flask, services: Services) -> None:
    olga, *others = [signed_in(app) for _ in range(4)]
    editor = signed_in(app, Role.EDITOR)
    page = olga.get("/admin/me")
    number = next(
        n for n, form in enumerate(forms_of(page)) if form.action == ENDS and not form.fields.get("session")
    )
    assert "You are signed out everywhere else" in olga.send(page, number).text
    assert [is_in(browser) for browser in (olga, *others, editor)] == [True, False, False, False, True]


def test_an_operator_wants_to_end_the_session_of_another_by_its_number(
    app: Flask, services: Services
) -> None:
    olga = signed_in(app)
    editor = signed_in(app, Role.EDITOR)
    signed_in(app, Role.EDITOR)  # so that there is a form
    form = form_at(editor.get("/admin/me"), ENDS)
    for number in (str(ids(services)[0]), "0", "-1", "9223372036854775808", "x"):
        assert editor.post(ENDS, form.fields | {"session": number}).status_code == 404, number
    assert is_in(olga)
    assert len(ids(services)) == 3


def test_who_sits_down_at_an_open_desk_wants_to_sign_the_operator_out_elsewhere(
    app: Flask, services: Services
) -> None:
    olga, elsewhere = signed_in(app), signed_in(app)
    form = form_at(olga.get("/admin/me"), ENDS)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert "Confirm it’s you" in olga.post(ENDS, form.fields).text
        assert is_in(elsewhere)


def test_who_took_over_an_operator_wants_no_owner_able_to_end_it(app: Flask, services: Services) -> None:
    olga, editor = signed_in(app), signed_in(app, Role.EDITOR)
    page = olga.get("/admin/operators")
    number = next(n for n, form in enumerate(forms_of(page)) if form.fields.get("email") == EDDA)
    olga.send(page, number, act="sign-out")
    assert not is_in(editor)
    assert is_in(olga)
    assert actions(services)[-1] == (OLGA, "operator.sign_out", f"operator:{EDDA}")
    assert editor.cookie(COOKIE)  # still sent, and good for nothing


def test_a_stranger_who_bought_with_your_address_wants_to_stay_in_your_account_unseen(
    app: Flask, services: Services
) -> None:
    anna, stranger = make_reader(services.db), make_reader(services.db, None, ad_free=True)
    bought_in = make_session(services.db, stranger, proven=False, browser="Chrome on Windows")
    here = Browser(app)
    here.client.set_cookie(SESSION, make_session(services.db, anna), domain="carrel.test", secure=True)
    assert "not proven" not in here.get("/account/").text
    with services.db.write() as session:  # what the claim does when Anna proves her address
        readers.merge(session, readers.get(session, stranger.id), readers.get(session, anna.id))
    page = here.get("/account/")
    assert page.text.count("not proven") == 1
    assert page.text.index("Chrome on Windows") < page.text.index("not proven")
    number = next(
        n
        for n, form in enumerate(forms_of(page))
        if form.action.startswith("/account/sessions/") and form.action != "/account/sessions/end"
    )
    assert "That browser is signed out" in here.send(page, number).text
    with services.db.read() as session:
        assert readers_sessions.find(session, bought_in) is None
    assert "not proven" not in here.get("/account/").text


@pytest.mark.parametrize("role", [Role.OWNER, Role.SUPPORT])
def test_who_is_in_a_readers_account_wants_nobody_at_the_desk_to_end_it(
    app: Flask, services: Services, role: Role
) -> None:
    anna, bob = make_reader(services.db), make_reader(services.db, "bob@example.org")
    tokens = [make_session(services.db, reader) for reader in (anna, anna, bob)]
    helper = signed_in(app, role)
    page = helper.get(f"/admin/readers/{anna.id}")
    ends = form_at(page, f"/admin/readers/{anna.id}/sessions/end")
    after = helper.post(ends.action, ends.fields)
    assert "Not signed in anywhere" in after.text
    with services.db.read() as session:
        assert [readers_sessions.find(session, token) is not None for token in tokens] == [False, False, True]
    assert actions(services)[-1][1:] == ("reader.sign_out", f"reader:{anna.id}")


def test_an_editor_wants_to_sign_readers_out(app: Flask, services: Services) -> None:
    anna = make_reader(services.db)
    token = make_session(services.db, anna)
    editor = signed_in(app, Role.EDITOR)
    csrf = form_at(editor.get("/admin/me"), "/admin/me/recovery").fields
    assert editor.post(f"/admin/readers/{anna.id}/sessions/end", csrf).status_code == 403
    with services.db.read() as session:
        assert readers_sessions.find(session, token)
