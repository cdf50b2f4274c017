"""Signing in: a mail, a link, one press of a button."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, text

from carrel.accounts import sign_in
from carrel.accounts.links import LinkUsedError
from carrel.accounts.models import LinkPurpose, Reader, ReaderSession
from carrel.accounts.sign_in import Browser as DomainBrowser
from carrel.services import Services
from tests.carrel.accounts.conftest import (
    ASKED,
    SESSION,
    Post,
    ask,
    code_in,
    link_in,
    make_link,
    signed_in_as,
)
from tests.support.accounts import ANNA, BOB, make_reader
from tests.support.browser import Browser, forms_of
from tests.support.state import dump

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_the_walk_by_link(services: Services, anna: Browser, newest_mail: Post) -> None:
    assert "Check your email" in ask(anna, "Anna@Example.org").text
    assert newest_mail().to_key == ANNA
    page = anna.get(link_in(newest_mail()))
    assert "A•••@Example.org" in page.text
    assert signed_in_as(services, anna) is None
    page = anna.send(page)
    assert page.request.path == "/account/"
    assert "Anna@Example.org" in page.text
    assert signed_in_as(services, anna) == "Anna@Example.org"


def test_the_walk_by_code(services: Services, anna: Browser, newest_mail: Post) -> None:
    page = ask(anna)
    assert anna.send(page, code=code_in(newest_mail())).request.path == "/account/"
    assert signed_in_as(services, anna) == ANNA


def test_asvs_3_3_the_cookie_is_bound_to_the_host_and_out_of_reach_of_scripts(
    anna: Browser, newest_mail: Post
) -> None:
    ask(anna)
    page = anna.get(link_in(newest_mail()))
    response = anna.send(page, follow=False)
    cookies = {header.split("=")[0]: header for header in response.headers.getlist("Set-Cookie")}
    parts = set(cookies[SESSION].split("; ")[1:])
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
    assert not any(part.startswith("Domain") for part in parts)
    assert "Max-Age=0" in cookies[ASKED]


def test_auth_01_a_reader_is_made_when_the_link_is_used_and_not_before(
    services: Services, anna: Browser, newest_mail: Post
) -> None:
    ask(anna)
    with services.db.read() as session:
        assert session.scalar(select(func.count(Reader.id))) == 0
    anna.send(anna.get(link_in(newest_mail())))
    with services.db.read() as session:
        assert session.scalar(select(func.count(Reader.id))) == 1


def test_auth_01_of_fifty_at_once_one_gets_a_session(services: Services) -> None:
    made = make_link(services)
    won: list[str] = []
    lost: list[Exception] = []

    def use() -> None:
        try:
            with services.db.write() as session:
                won.append(sign_in.sign_in_with_link(session, made.token, DomainBrowser("b")).token)
        except LinkUsedError as used:
            lost.append(used)

    threads = [threading.Thread(target=use) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 49)
    with services.db.read() as session:
        assert session.scalar(select(func.count(ReaderSession.id))) == 1


def test_auth_01_link_code_and_secret_are_stored_hashed(services: Services) -> None:
    made = make_link(services)
    with services.db.read() as session:
        stored = str(session.execute(text("SELECT * FROM mailed_link")).all())
    assert len(made.token) == len(made.secret) == 43
    assert not any(secret in stored for secret in (made.token, made.secret, made.code))


def test_auth_01_a_link_dies_after_ten_minutes(services: Services, anna: Browser, newest_mail: Post) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        ask(anna)
        time.shift(timedelta(minutes=9, seconds=59))
        page = anna.get(link_in(newest_mail()))
        assert page.status_code == 200
        time.shift(timedelta(seconds=1))
        assert anna.send(page).status_code == 410
        assert anna.get(link_in(newest_mail())).status_code == 410
    assert signed_in_as(services, anna) is None


def test_data_23_a_link_of_a_clock_that_was_a_day_ahead_does_not_live_for_a_day(
    services: Services, anna: Browser, newest_mail: Post
) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        ask(anna)
        time.shift(-timedelta(minutes=5))
        assert anna.get(link_in(newest_mail())).status_code == 200
        time.shift(-timedelta(days=1))
        assert anna.get(link_in(newest_mail())).status_code == 410


def test_auth_01_a_newer_mail_voids_the_older(services: Services, anna: Browser, newest_mail: Post) -> None:
    ask(anna)
    old_link, old_code = link_in(newest_mail()), code_in(newest_mail())
    page = ask(anna)
    assert anna.get(old_link).status_code == 410
    if old_code != code_in(newest_mail()):
        assert anna.send(page, code=old_code).status_code == 400
    anna.send(anna.get(link_in(newest_mail())))
    assert signed_in_as(services, anna) == ANNA


def test_auth_01_a_used_link_is_used_up(
    services: Services, anna: Browser, stranger: Browser, newest_mail: Post
) -> None:
    ask(anna)
    link = link_in(newest_mail())
    page = anna.get(link)
    other = stranger.get(link)
    anna.send(page)
    assert anna.get(link).request.path == "/account/"
    assert stranger.send(other).status_code == 410
    assert stranger.get(link).status_code == 410
    assert signed_in_as(services, stranger) is None


def test_auth_01_a_link_is_good_for_its_own_purpose_alone(services: Services, anna: Browser) -> None:
    reader = make_reader(services.db, BOB)
    made = make_link(services, LinkPurpose.NEW_ADDRESS, reader.id)
    assert anna.get(f"/sign-in/{made.token}").status_code == 410
    with services.db.write() as session, pytest.raises(LinkUsedError):
        sign_in.sign_in_with_link(session, made.token, DomainBrowser("b"))


def test_auth_02_opening_a_link_any_number_of_times_changes_nothing(
    services: Services, anna: Browser, stranger: Browser, newest_mail: Post
) -> None:
    ask(anna)
    link = link_in(newest_mail())
    before = dump(services.db)
    for browser in (anna, stranger):
        for _ in range(3):
            assert browser.head(link).status_code == 303
            assert browser.get(link).status_code == 200
    assert dump(services.db) == before
    assert signed_in_as(services, anna) is None


def test_mf_19_only_the_browser_that_asked_gets_the_script_that_presses_the_button(
    anna: Browser, stranger: Browser, newest_mail: Post
) -> None:
    ask(anna)
    link = link_in(newest_mail())
    assert "/static/js/continue." in anna.get(link).text
    assert "/static/js/continue." not in stranger.get(link).text


def test_auth_03_another_browser_must_say_that_it_means_to(
    services: Services, anna: Browser, stranger: Browser, newest_mail: Post
) -> None:
    ask(anna)
    page = stranger.get(link_in(newest_mail()))
    assert "Sign in as a•••@example.org on this device" in page.text
    fields = forms_of(page)[0].fields
    assert fields.pop("here") == "yes"
    asked_again = stranger.post(page.request.path, fields)
    assert "Sign in as a•••@example.org on this device" in asked_again.text
    assert signed_in_as(services, stranger) is None
    stranger.send(page)
    assert signed_in_as(services, stranger) == ANNA
    assert signed_in_as(services, anna) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_auth_03_an_attackers_link_posted_from_another_site_is_refused(
    services: Services, anna: Browser, stranger: Browser, newest_mail: Post, headers: dict[str, str]
) -> None:
    ask(stranger, "eve@example.org")
    page = anna.get(link_in(newest_mail()))
    response = anna.post(page.request.path, forms_of(page)[0].fields, headers=headers)
    assert response.status_code == 403
    assert signed_in_as(services, anna) is None


def test_auth_12_without_its_token_no_form_is_accepted(
    services: Services, anna: Browser, newest_mail: Post
) -> None:
    ask(anna)
    link = link_in(newest_mail())
    for path in ("/sign-in/", "/sign-in/code", link, "/sign-out", "/sign-in/again", "/account/delete"):
        assert anna.post(path, {"email": ANNA, "here": "yes", "code": "1"}).status_code == 403
    assert signed_in_as(services, anna) is None


def test_auth_03_a_code_is_good_in_the_asking_browser_alone(
    services: Services, anna: Browser, stranger: Browser, newest_mail: Post
) -> None:
    ask(anna)
    code = code_in(newest_mail())
    page = ask(stranger, BOB)
    assert stranger.send(page, code=code).status_code == 400
    assert signed_in_as(services, stranger) is None


def test_auth_03_a_code_has_five_tries(services: Services, anna: Browser, newest_mail: Post) -> None:
    page = ask(anna)
    code = code_in(newest_mail())
    wrong = f"{(int(code.replace(' ', '')) + 1) % 10**8:08}"
    answers = [anna.send(page, code=wrong) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [400] * 4 + [410]
    assert "one try left" in answers[3].text
    assert anna.send(page, code=code).status_code == 410
    assert signed_in_as(services, anna) is None
