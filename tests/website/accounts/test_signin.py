"""Signing in: a mail, a link, one press of a button."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, func, select, text

from tests.support.accounts import ANNA, BOB, make_reader, make_session
from tests.support.browser import Browser, forms_of
from tests.support.state import dump
from tests.website.accounts.conftest import ASKED, SESSION, Post, code_in, link_in
from website import clock
from website.accounts import limits, links, sessions, signin
from website.accounts.links import LinkUsedUp
from website.accounts.models import Purpose, Reader, ReaderSession
from website.accounts.signin import Browser as DomainBrowser
from website.mail.addresses import parse
from website.mail.models import OutboxMail
from website.web.services import Services

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def ask(browser: Browser, email: str = ANNA, next_path: str = "") -> Any:
    """Ask for a sign-in mail through the page."""
    page = browser.get(f"/sign-in/?next={next_path}" if next_path else "/sign-in/")
    return browser.send(page, email=email)


def sign_in(browser: Browser, newest_mail: Post, email: str = ANNA, next_path: str = "") -> Any:
    """The whole walk in one browser."""
    ask(browser, email, next_path)
    return browser.send(browser.get(link_in(newest_mail())))


def signed_in_as(services: Services, browser: Browser) -> str | None:
    """Whose session the browser holds."""
    with services.db.read() as session:
        found = sessions.find(session, browser.cookie(SESSION) or "")
        return found.reader.email if found else None


def test_the_walk_by_link(services: Services, anna: Browser, newest_mail: Post) -> None:
    assert "Check your mail" in ask(anna, "Anna@Example.org").text
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
                won.append(signin.by_link(session, made.token, DomainBrowser("b")).token)
        except LinkUsedUp as used:
            lost.append(used)

    threads = [threading.Thread(target=use) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 49)
    with services.db.read() as session:
        assert session.scalar(select(func.count(ReaderSession.id))) == 1


def make_link(
    services: Services, purpose: Purpose = Purpose.SIGN_IN, reader_id: int | None = None
) -> links.Made:
    with services.db.write() as session:
        return links.make(session, purpose, parse(ANNA), reader_id=reader_id)


def test_auth_01_link_code_and_secret_are_stored_hashed(services: Services) -> None:
    made = make_link(services)
    with services.db.read() as session:
        stored = str(session.execute(text("SELECT * FROM mailed_link")).all())
    assert len(made.token) == len(made.secret) == 43
    assert not any(each in stored for each in (made.token, made.secret, made.code))


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
    made = make_link(services, Purpose.NEW_ADDRESS, reader.id)
    assert anna.get(f"/sign-in/{made.token}").status_code == 410
    with services.db.write() as session, pytest.raises(LinkUsedUp):
        signin.by_link(session, made.token, DomainBrowser("b"))


def test_auth_02_opening_a_link_any_number_of_times_changes_nothing(
    services: Services, anna: Browser, stranger: Browser, newest_mail: Post
) -> None:
    ask(anna)
    link = link_in(newest_mail())
    before = dump(services.db)
    for browser in (anna, stranger):
        for _ in range(3):
            assert browser.head(link).status_code == 200
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


def test_auth_03_codes_tried_at_once_count_once_each(services: Services) -> None:
    made = make_link(services)
    outcomes: list[object] = []

    def guess() -> None:
        try:
            with services.db.write() as session:
                outcomes.append(links.use_by_code(session, made.secret, "nothing"))
        except LinkUsedUp:
            outcomes.append("used up")

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == sorted(["4", "3", "2", "1", "0"] + ["used up"] * 15)


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
        signin.by_link(session, made.token, DomainBrowser("b", here))
    with services.db.read() as session:
        assert session.get_one(Reader, old.id).email == BOB
        assert here
        assert sessions.of_reader(session, old.id) == []


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


def test_auth_13_one_network_address_gets_five_mails_an_hour(anna: Browser, stranger: Browser) -> None:
    with time_machine.travel(NOON, tick=False):
        statuses = [ask(anna, f"victim{n}@example.org").status_code for n in range(7)]
        assert statuses == [200] * 5 + [429] * 2
        assert ask(stranger).status_code == 200


def test_auth_13_a_network_gets_ten_mails_in_half_an_hour(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False):
        neighbours = [Browser(app, ip=f"198.51.100.{n}") for n in range(12)]
        statuses = [ask(each, f"victim{n}@example.org").status_code for n, each in enumerate(neighbours)]
    assert statuses == [200] * 10 + [429] * 2


def test_auth_13_the_sites_ceiling_rings_the_operator(
    services: Services, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signin, "PER_SITE", limits.Limit(2, timedelta(hours=1)))
    answers = [ask(Browser(app, ip=f"10.{n}.0.1"), f"v{n}@example.org").status_code for n in range(4)]
    assert answers == [200, 200, 429, 429]
    with services.db.read() as session:
        alarms = session.execute(text("SELECT key, count FROM alarm")).all()
    assert [tuple(row) for row in alarms] == [("limit:mail-site", 2)]


def test_auth_14_a_forwarded_address_that_nobody_trusts_changes_nothing(app: Flask) -> None:
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
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "http" not in page.text.replace("https://carrel.test", "").replace(
        "http://www.w3.org/2000/svg", ""
    )


def test_mf_10_the_page_says_when_mail_is_late(services: Services, anna: Browser) -> None:
    assert "Mail is delayed" not in anna.get("/sign-in/").text
    ask(anna)
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        assert "Mail is delayed" in anna.get("/sign-in/").text
        assert "Mail is delayed" in anna.get("/sign-in/code").text


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
