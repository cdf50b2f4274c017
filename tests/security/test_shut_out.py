"""A stranger wants to shut others out: by floods, by tries in their name, or by sitting behind the same address."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from carrel.accounts import known_browsers, mail_limits
from carrel.accounts.limits import TooManyRequestsError
from carrel.accounts.mail_limits import PER_ADDRESS, PER_IP, PER_SITE, Requester, count_mail
from carrel.accounts.sign_in import send_sign_in_link
from carrel.mail.addresses import Address, parse
from carrel.services import Services
from tests.carrel.accounts.conftest import Post, ask, code_in, link_in, signed_in_as
from tests.support.accounts import ANNA
from tests.support.browser import Browser
from tests.support.operators import OLGA, PASSWORD, code_now, put_operator
from website.admin.operators import sign_in as operators_sign_in
from website.admin.operators.sign_in import SignInFailedError, SignInSource, authenticate

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
SOME = 240
HOME, FLOODED = "192.0.2.1", "10.0.0.1"


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """No time passes unless a test says so."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


Ask = Callable[[Session, Address, Requester], object]


def flood(
    services: Services, requests: int, networks: int, *victims: str, ask: Ask = count_mail
) -> Counter[str]:
    """Requests for sign-in mails from so many networks, to anybody and to the victims; what became of them."""
    answers = Counter[str]()
    for number in range(requests):
        network = number % networks
        requester = Requester(f"10.{network // 250}.{network % 250}.{number // networks % 250}")
        to = victims[number % len(victims)] if victims and number % 2 else f"somebody-{number}@example.org"
        try:
            with services.db.write() as session:
                ask(session, parse(to), requester)
            answers.update(["mailed", to])
        except TooManyRequestsError as refused:
            answers[refused.name] += 1
    return answers


def sign_in(browser: Browser, newest_mail: Post) -> None:
    ask(browser)
    browser.send(browser.get(link_in(newest_mail(ANNA))))


def check_that_the_way_in_stays_open(
    app: Flask,
    services: Services,
    newest_mail: Post,
    requests: int,
    networks: int,
) -> None:
    anna = Browser(app, ip=HOME)
    sign_in(anna, newest_mail)
    anna.client.delete_cookie("__Host-carrel_session", domain="carrel.test")
    page = ask(anna)
    pending = link_in(newest_mail(ANNA))

    def send(session: Session, address: Address, requester: Requester) -> None:
        send_sign_in_link(session, services.settings, address, requester, "/")

    answers = flood(services, requests, networks, ANNA, ask=send if requests > SOME else count_mail)
    assert 0 < answers["mailed"] <= PER_SITE.count
    assert 0 < answers[ANNA] <= PER_ADDRESS[0].count, "she is not bombed"
    stranger = ask(Browser(app, ip="203.0.113.9"), "new@example.org")
    assert stranger.status_code == 429, "the site's ceiling is reached"
    assert int(stranger.headers["Retry-After"]) <= PER_SITE.period.total_seconds()
    anna_elsewhere = anna.client.get_cookie("__Host-carrel_known", domain="carrel.test")
    assert anna_elsewhere
    assert anna.get(pending).status_code == 200, "the link that she had asked for is good"
    for ip in (HOME, "10.0.0.1"):  # at home, and where the flood comes from
        hers = Browser(app, ip=ip)
        hers.client.set_cookie("__Host-carrel_known", anna_elsewhere.value, domain="carrel.test", secure=True)
        page = ask(hers)
        assert page.status_code == 200
        assert hers.send(page, code=code_in(newest_mail(ANNA))).status_code == 200
        assert signed_in_as(services, hers) == ANNA


@pytest.mark.sweep
@pytest.mark.usefixtures("noon")
def test_a_flood_wants_to_shut_sign_in_for_browsers_that_we_know(
    app: Flask,
    services: Services,
    newest_mail: Post,
) -> None:
    check_that_the_way_in_stays_open(app, services, newest_mail, requests=SOME, networks=120)


@pytest.mark.faults
@pytest.mark.usefixtures("noon")
def test_ten_thousand_requests_from_a_thousand_networks_want_to_shut_sign_in(
    app: Flask,
    services: Services,
    newest_mail: Post,
) -> None:
    check_that_the_way_in_stays_open(app, services, newest_mail, requests=10_000, networks=1_000)


@pytest.mark.usefixtures("noon")
def test_a_stranger_wants_to_void_the_link_that_a_reader_waits_for(
    app: Flask,
    services: Services,
    newest_mail: Post,
) -> None:
    anna, stranger = Browser(app, ip=HOME), Browser(app, ip="203.0.113.9")
    page = ask(anna)
    hers = newest_mail(ANNA)
    ask(stranger)
    assert newest_mail(ANNA).id != hers.id
    assert anna.get(link_in(hers)).status_code == 200
    anna.send(page, code=code_in(hers))
    assert signed_in_as(services, anna) == ANNA


@pytest.mark.usefixtures("noon")
def test_a_stranger_wants_to_lock_an_address_for_its_owner_elsewhere(app: Flask) -> None:
    stranger = Browser(app, ip="203.0.113.9")
    assert [ask(stranger).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert ask(Browser(app, ip=HOME)).status_code == 200


@pytest.mark.sweep
def test_strangers_want_to_bomb_an_address_with_mail(
    services: Services, noon: time_machine.Traveller
) -> None:
    """From as many networks as they like, for a day."""
    mailed = 0
    for _ in range(24):
        mailed += flood(services, 24, 12, ANNA)[ANNA]
        noon.shift(timedelta(minutes=59))
    assert mailed == PER_ADDRESS[1].count


@pytest.mark.sweep
@pytest.mark.usefixtures("noon")
def test_one_network_wants_all_mails_of_the_site(services: Services) -> None:
    """Half of the ceiling is for networks that ask for little."""
    assert flood(services, 120, 4)["mail-site-many"] > 0
    newcomer = Requester("203.0.113.9")
    with services.db.write() as session:
        count_mail(session, parse("new@example.org"), newcomer)


@pytest.mark.sweep
@pytest.mark.usefixtures("noon")
def test_a_class_behind_one_address_signs_in(app: Flask) -> None:
    pupils = [ask(Browser(app, ip=HOME), f"pupil-{number}@example.org") for number in range(PER_IP.count)]
    assert Counter(answer.status_code for answer in pupils) == {200: 40}
    assert ask(Browser(app, ip=HOME), "one-more@example.org").status_code == 429


@pytest.mark.parametrize(
    "cookie", ["", "x", "a.1.b", "AAAAAAAAAAAAAAAA.1790000000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
)
def test_a_stranger_wants_to_pass_for_a_known_browser(services: Services, cookie: str) -> None:
    assert known_browsers.recognize(services.signer, ANNA, cookie) == ""
    theirs = known_browsers.issue(services.signer, "eve@example.org")
    assert known_browsers.recognize(services.signer, ANNA, theirs) == ""


def test_a_known_browser_is_known_for_half_a_year(services: Services, noon: time_machine.Traveller) -> None:
    cookie = known_browsers.issue(services.signer, ANNA)
    browser = known_browsers.recognize(services.signer, ANNA, cookie)
    assert browser
    assert ANNA not in cookie
    noon.shift(known_browsers.LASTS - timedelta(seconds=1))
    assert known_browsers.recognize(services.signer, ANNA, cookie) == browser
    noon.shift(timedelta(seconds=1))
    assert known_browsers.recognize(services.signer, ANNA, cookie) == ""


@pytest.mark.usefixtures("noon")
def test_a_known_browser_wants_to_bomb_its_address(app: Flask, newest_mail: Post) -> None:
    anna = Browser(app, ip=HOME)
    sign_in(anna, newest_mail)
    anna.client.delete_cookie("__Host-carrel_session", domain="carrel.test")
    counted = mail_limits.PER_KNOWN_BROWSER[0].count
    assert [ask(anna).status_code for _ in range(counted + 1)] == [200] * counted + [429]


def wrong_tries(services: Services, number: int, **wrong: str) -> Counter[str]:
    answers = Counter[str]()
    for _ in range(number):
        try:
            authenticate(
                services,
                OLGA,
                wrong.get("password", PASSWORD),
                wrong.get("code", "000000"),
                SignInSource(FLOODED, ""),
            )
        except (SignInFailedError, TooManyRequestsError) as refused:
            answers[type(refused).__name__] += 1
    return answers


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("wrong", [{"password": "guess"}, {"code": "000000"}])
def test_a_stranger_behind_her_address_or_a_thief_of_the_password_wants_to_lock_out_the_owner(
    app: Flask, services: Services, wrong: dict[str, str]
) -> None:
    number = put_operator(services).id
    assert wrong_tries(services, 10, **wrong) == {"SignInFailedError": 5, "TooManyRequestsError": 5}
    olga = Browser(app, ip=FLOODED)
    fields = {"email": OLGA, "password": PASSWORD, "code": code_now(services)}
    refused = olga.post("/admin/sign-in", fields | {"csrf_token": csrf(olga)}, follow=False)
    assert refused.status_code == 429
    cookie = operators_sign_in.device_cookie(services.signer, number)
    olga.client.set_cookie("__Host-carrel_operator_known", cookie, domain="carrel.test", secure=True)
    let_in = olga.post("/admin/sign-in", fields | {"csrf_token": csrf(olga)}, follow=False)
    assert (let_in.status_code, let_in.headers["Location"]) == (303, "/admin/")


@pytest.mark.usefixtures("noon")
def test_an_operators_browser_is_known_after_the_first_sign_in_and_for_her_alone(
    app: Flask, services: Services
) -> None:
    number = put_operator(services).id
    olga = Browser(app)
    fields = {"email": OLGA, "password": PASSWORD, "code": code_now(services), "csrf_token": csrf(olga)}
    olga.post("/admin/sign-in", fields)
    place = SignInSource(HOME, "", olga.cookie("__Host-carrel_operator_known") or "")
    assert operators_sign_in.known_browser(services.signer, number, place)
    assert not operators_sign_in.known_browser(services.signer, number + 1, place)


def csrf(browser: Browser) -> str:
    return browser.get("/admin/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]
