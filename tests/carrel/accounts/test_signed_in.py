"""What signing in leads to: the way back, a new session, what was bought before."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from carrel.accounts import links, sessions
from carrel.accounts import sign_in as signin
from carrel.accounts.links import LinkUsedError
from carrel.accounts.models import Reader
from carrel.accounts.sign_in import Browser as DomainBrowser
from carrel.services import Services
from tests.carrel.accounts.conftest import (
    SESSION,
    Post,
    ask,
    code_in,
    link_in,
    make_link,
    sign_in,
    signed_in_as,
)
from tests.support.accounts import ANNA, BOB, make_reader, make_session
from tests.support.browser import Browser, forms_of

pytestmark = pytest.mark.both_databases

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_auth_03_codes_tried_at_once_count_once_each(services: Services) -> None:
    made = make_link(services)
    outcomes: list[object] = []

    def guess() -> None:
        try:
            with services.db.write() as session:
                outcomes.append(links.use_by_code(session, made.secret, "nothing"))
        except LinkUsedError:
            outcomes.append("no longer works")

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == sorted(["4", "3", "2", "1", "0"] + ["no longer works"] * 15)


def test_auth_04_the_answer_is_the_same_for_known_and_unknown_addresses(
    services: Services, app: Flask, newest_mail: Post
) -> None:
    make_reader(services.db, ANNA, ad_free=True)
    seen = [what_happens(services, Browser(app), email, newest_mail) for email in (ANNA, BOB)]
    assert seen[0] == seen[1]


def what_happens(services: Services, browser: Browser, email: str, newest_mail: Post) -> Any:
    """Status, headers, body, every statement, and the mail: all that the time could come from."""
    page = browser.get("/sign-in/")
    statements: list[str] = []
    engine = services.db.engine

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(engine, "before_cursor_execute", note)
    answer = browser.send(page, email=email, follow=False)
    event.remove(engine, "before_cursor_execute", note)
    assert len(statements) > 5
    mail = newest_mail()
    words = mail.text.replace(link_in(mail), "(link)").replace(code_in(mail), "(code)")
    header_names = [name for name, _ in answer.headers]
    return answer.status_code, header_names, answer.text, statements, mail.subject, words


@pytest.mark.parametrize("next_path", ["//evil.example", "/\\evil.example", "https://evil.example/"])
def test_auth_05_the_way_back_stays_on_this_site(anna: Browser, newest_mail: Post, next_path: str) -> None:
    page = anna.get("/sign-in/")
    anna.send(page, email=ANNA, next=next_path)
    response = anna.send(anna.get(link_in(newest_mail())), follow=False)
    assert response.headers["Location"] == "/account/"


def test_auth_05_the_way_back_leads_back(anna: Browser, newest_mail: Post) -> None:
    ask(anna, next_path="/account/?done=address")
    response = anna.send(anna.get(link_in(newest_mail())), follow=False)
    assert response.headers["Location"] == "/account/?done=address"


def test_auth_07_signing_in_makes_a_new_session_and_ends_the_old_one(
    services: Services, anna: Browser, newest_mail: Post
) -> None:
    sign_in(anna, newest_mail)
    before = anna.cookie(SESSION)
    anna.send(anna.get("/sign-in/again"))
    anna.send(anna.get(link_in(newest_mail())))
    assert anna.cookie(SESSION) not in {None, before}
    with services.db.read() as session:
        assert sessions.find(session, before or "") is None


def test_auth_07_a_planted_cookie_is_not_adopted(
    services: Services, anna: Browser, newest_mail: Post
) -> None:
    planted = "p" * 43
    anna.client.set_cookie(SESSION, planted, domain="carrel.test", secure=True)
    sign_in(anna, newest_mail)
    assert anna.cookie(SESSION) != planted
    assert signed_in_as(services, anna) == ANNA


def test_auth_07_signing_out_ends_the_session_in_the_database(
    services: Services, anna: Browser, newest_mail: Post
) -> None:
    page = sign_in(anna, newest_mail)
    token = anna.cookie(SESSION)
    number = next(n for n, form in enumerate(forms_of(page)) if form.action == "/sign-out")
    anna.send(page, number)
    assert anna.cookie(SESSION) is None
    with services.db.read() as session:
        assert sessions.find(session, token or "") is None


def test_decision_1_what_was_bought_without_an_account_comes_along(
    services: Services, anna: Browser, newest_mail: Post
) -> None:
    make_reader(services.db)
    buyer = make_reader(services.db, None, ad_free=True)
    token = make_session(services.db, buyer, proven=False)
    anna.client.set_cookie(SESSION, token, domain="carrel.test", secure=True)
    sign_in(anna, newest_mail)
    with services.db.read() as session:
        merged = session.get_one(Reader, buyer.id)
        assert merged.merged_into_id == session.scalars(select(Reader.id).where(Reader.email == ANNA)).one()
        assert sessions.find(session, token) is None
    assert signed_in_as(services, anna) == ANNA


def test_somebody_elses_session_is_not_merged_when_another_signs_in(
    services: Services, anna: Browser, newest_mail: Post
) -> None:
    bob = make_reader(services.db, BOB)
    anna.client.set_cookie(SESSION, make_session(services.db, bob), domain="carrel.test", secure=True)
    anna.get("/sign-in/")
    anna.send(anna.get("/sign-in/again"), email=ANNA)
    assert newest_mail().to_key == BOB
    sign_in_domain(services, anna, bob)


def sign_in_domain(services: Services, browser: Browser, old: Reader) -> None:
    """Use Anna's link where Bob is signed in."""
    made = make_link(services)
    with services.db.read() as session:
        here = sessions.find(session, browser.cookie(SESSION) or "")
    with services.db.write() as session:
        signin.sign_in_with_link(session, made.token, DomainBrowser("b", here))
    with services.db.read() as session:
        assert session.get_one(Reader, old.id).email == BOB
        assert here
        assert sessions.of_reader(session, old.id) == []
