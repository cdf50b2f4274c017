"""An operator's own account: what the page says of codes and browsers, and what a browser is told of its fields."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from lxml import html
from sqlalchemy import select, update

from carrel import clock
from carrel.mail.models import OutboxMail
from carrel.services import Services
from tests.support.accounts import make_reader, make_session
from tests.support.operators import OLGA, put_operator, signed_in
from website.admin.operators import codes, factors, sessions, staff
from website.admin.operators.models import Operator, OperatorSession
from website.admin.operators.roles import Role


def fields(page: str) -> dict[str, dict[str, str]]:
    document: Any = html.fromstring(page)
    return {each.get("name"): dict(each.attrib) for each in document.iterfind(".//input")}


def test_a_password_manager_finds_its_way_and_pasting_is_not_hindered(app: Flask) -> None:
    shown = fields(signed_in(app).get("/admin/me/password").text)
    new = ("new-password", "password")
    assert [
        (shown[name]["autocomplete"], shown[name]["type"]) for name in ("password", "password_again")
    ] == [new] * 2
    assert shown["current_password"]["autocomplete"] == "current-password"
    assert (shown["username"]["value"], shown["username"]["autocomplete"]) == (OLGA, "username")
    for name in ("current_password", "password", "password_again"):
        assert not {"maxlength", "pattern", "onpaste"} & shown[name].keys()


def test_the_page_counts_the_recovery_codes_that_are_left(app: Flask, services: Services) -> None:
    olga = signed_in(app)
    assert "You have 0 left" in olga.get("/admin/me").text
    with services.db.write() as session:
        owner = session.scalars(select(Operator)).one()
        made = codes.renew_recovery(session, owner.id)
    with services.db.write() as session:
        assert codes.use_code(session, services.signer, owner, made[3])
    page = olga.get("/admin/me").text
    assert "You have 9 left, created " in page
    assert "shorter" not in page


def test_the_page_lists_the_browsers_that_are_still_signed_in(app: Flask, services: Services) -> None:
    begun = clock.now()
    signed_in(app)
    olga = signed_in(app)
    as_the_release_before_leaves_it = {
        "network": None,
        "browser": "",
        "last_seen_at": begun + timedelta(minutes=29),
    }
    with services.db.write() as session:
        session.execute(
            update(OperatorSession).where(OperatorSession.id == 1).values(as_the_release_before_leaves_it)
        )
    with time_machine.travel(begun + timedelta(minutes=28), tick=False):
        page = olga.get("/admin/me").text
        assert page.index("Firefox on Linux</strong> (this one)") < page.index("from an unknown network")
        assert "Sign out everywhere else" in page
    for minutes, others in ((57, True), (60, False)):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            assert ("Sign out everywhere else" in olga.get("/admin/me").text) is others
            with services.db.read() as session:
                assert sessions.counts(session) == {1: 1 + others}


@pytest.mark.both_databases
def test_the_count_of_browsers_is_each_operators_own(app: Flask, services: Services) -> None:
    for role in (Role.OWNER, Role.EDITOR, Role.EDITOR):
        signed_in(app, role)
    put_operator(services, Role.SUPPORT)
    with services.db.read() as session:
        assert sessions.counts(session) == {1: 1, 2: 2}
        assert [len(sessions.of_operator(session, number)) for number in (1, 2, 3)] == [1, 2, 0]


def test_who_has_nothing_yet_is_not_told_that_it_is_void(services: Services) -> None:
    with services.db.write() as session:
        staff.add(session, "new@carrel.test", Role.EDITOR, actor="test")
        assert factors.reset(session, services.settings, "new@carrel.test", actor="test")
    with services.db.read() as session:
        assert session.scalars(select(OutboxMail.id)).all() == []


def test_a_reader_without_an_address_is_warned_of_what_is_lost(app: Flask, services: Services) -> None:
    buyer = make_reader(services.db, None, ad_free=True)
    make_session(services.db, buyer, proven=False)
    page = signed_in(app, Role.SUPPORT).get(f"/admin/readers/{buyer.id}").text
    assert "They lose access" in page
    assert "email not confirmed" not in page
