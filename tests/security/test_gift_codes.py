"""A gift's code is money for whoever has it: people guess it, race for it, read it in logs, mail strangers by it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient

from carrel.accounts import erasure, readers
from carrel.accounts.models import Reader
from carrel.logging import struck
from payments.gift_models import GiftRedemption
from payments.gifts import codes, comp
from payments.gifts.redeem import PER_IP, PER_NETWORK, PER_READER
from payments.models import Grant
from tests.payments.conftest import settings, shop, stripe_
from tests.payments.gift_shop import (
    REDEEM,
    code_of,
    gift_of,
    give,
    order_gift,
    page_of,
    reader_of,
    redeem,
    send_all,
)
from tests.support.accounts import make_reader, make_session
from tests.support.payments import Shop
from tests.support.state import dump

__all__ = ["settings", "shop", "stripe_"]
WRONG = "ABCDE-FGHJK-LMNPQ-RSTUV"
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.1"


def attempt(shop: Shop, browser: FlaskClient, code: str, ip: str = HOME) -> Any:
    """Type a code at this address; the response."""
    form = {"csrf_token": shop.token(browser), "code": code}
    return browser.post(REDEEM, data=form, environ_base={"REMOTE_ADDR": ip})


def attempts(shop: Shop, number: int, ip: str = HOME) -> Counter[int]:
    """So many wrong codes, each from a browser of its own; how often which status came."""
    return Counter(attempt(shop, shop.browser(), WRONG, ip).status_code for _ in range(number))


def test_an_attacker_wants_to_guess_from_one_machine(shop: Shop) -> None:
    code = code_of(shop, give(shop))
    assert attempts(shop, PER_IP.count + 5) == {404: PER_IP.count, 429: 5}
    refused = attempt(shop, shop.browser(), code)
    assert (refused.status_code, shop.count(GiftRedemption)) == (429, 0), (
        "a right guess is not let through either"
    )
    assert int(refused.headers["Retry-After"]) > 0
    assert attempt(shop, shop.browser(), code, ELSEWHERE).status_code == 200


def test_an_attacker_wants_to_guess_from_many_machines_of_one_network(shop: Shop) -> None:
    tried = sum((attempts(shop, PER_IP.count, f"192.0.2.{n}") for n in range(4)), Counter[int]())
    assert tried == {404: PER_NETWORK.count, 429: 4 * PER_IP.count - PER_NETWORK.count}


def test_an_attacker_wants_to_guess_with_one_session_from_everywhere(shop: Shop) -> None:
    mallory = shop.with_session(make_session(shop.services.db, make_reader(shop.services.db)))
    said = Counter(
        attempt(shop, mallory, WRONG, f"10.0.{n}.1").status_code for n in range(PER_READER.count + 3)
    )
    assert said == {404: PER_READER.count, 429: 3}


def test_an_attacker_wants_a_million_guesses_to_be_enough(shop: Shop) -> None:
    """Even unlimited: the chance of one guess among a million gifts is below one in 10^24."""
    code = code_of(shop, give(shop)).replace("-", "")
    assert 32 ** len(code) / 1_000_000 > 1e24


def test_a_class_behind_one_address_redeems_its_gifts_on_one_morning(shop: Shop) -> None:
    with shop.services.db.write() as session:
        signer = shop.services.signer
        made = [comp.make(session, signer, "olga", "the class of 2026") for _ in range(PER_IP.count + 2)]
        gift_codes = [codes.reveal(signer, gift) or "" for gift in made]
    assert {attempt(shop, shop.browser(), code).status_code for code in gift_codes} == {200}


def test_an_attacker_wants_to_know_which_codes_exist_without_using_them(shop: Shop) -> None:
    code, unpaid = code_of(shop, give(shop)), code_of(shop, order_gift(shop))
    pages = {shop.browser().get(f"{REDEEM}{each}").text.replace(each, "") for each in (code, unpaid, WRONG)}
    assert len({_without_token(page) for page in pages}) == 1
    assert {redeem(shop.browser(), each).status_code for each in (unpaid, WRONG)} == {404}


def test_an_attacker_wants_readers_made_and_cookies_set_by_wrong_codes(shop: Shop) -> None:
    browser = shop.browser()
    for code in (WRONG, "x", ""):
        redeem(browser, code)
    assert (shop.count(Reader), shop.cookie(browser)) == (0, "")


@pytest.mark.both_databases
def test_two_redeemers_want_one_gift(shop: Shop) -> None:
    code = code_of(shop, give(shop))
    people = [shop.browser() for _ in range(8)]
    tokens = {id(browser): shop.token(browser) for browser in people}

    def use(browser: FlaskClient) -> int:
        form = {"csrf_token": tokens[id(browser)], "code": code}
        return int(browser.post(REDEEM, data=form).status_code)

    with ThreadPoolExecutor(len(people)) as pool:
        said = Counter(pool.map(use, people))
    assert said == {200: 1, 409: 7}
    assert (shop.count(GiftRedemption), shop.count(Grant)) == (1, 1)
    assert shop.ad_free().count(True) == 1


@pytest.mark.both_databases
def test_a_buyer_wants_the_money_and_the_pass_by_racing_refund_and_redemption(shop: Shop) -> None:
    anna, bob = shop.browser(), shop.browser()
    session_id = give(shop, anna)
    code, reference = code_of(shop, session_id), page_of(shop, session_id).rpartition("/")[2]
    refund = {"csrf_token": shop.token(anna), "order": reference}
    form = {"csrf_token": shop.token(bob), "code": code}
    with ThreadPoolExecutor(2) as pool:
        racers = [
            pool.submit(anna.post, "/pass/refund", data=refund),
            pool.submit(bob.post, REDEEM, data=form),
        ]
        assert {racer.result().status_code for racer in racers} <= {200, 303, 409}
    assert shop.ad_free().count(True) == 0
    assert redeem(shop.browser(), code).status_code == 409


def test_a_thief_of_the_database_wants_the_codes(shop: Shop) -> None:
    session_id = give(shop)
    code = code_of(shop, session_id)
    stolen = dump(shop.services.db)
    receipt = shop.mails()[0]
    for form in (code, code.replace("-", "")):
        assert form not in stolen.replace(repr(receipt.text), "").replace(repr(receipt.html), "")


def test_a_reader_of_logs_wants_the_codes(shop: Shop) -> None:
    code = code_of(shop, give(shop))
    assert struck(f"GET {REDEEM}{code} HTTP/1.1") == f"GET {REDEEM}[token] HTTP/1.1"
    assert struck("GET /articles/never-treat-saved-cases/") == "GET /articles/never-treat-saved-cases/"


def test_the_next_page_wants_the_code_from_the_address(shop: Shop) -> None:
    page = shop.browser().get(f"{REDEEM}{WRONG}")
    assert page.headers["Referrer-Policy"] == "origin"
    assert page.headers["Cache-Control"] == "private, no-store"
    assert f'action="{REDEEM}"' in page.text


def test_a_stranger_wants_somebody_to_redeem_by_opening_a_page(shop: Shop) -> None:
    code = code_of(shop, give(shop))
    bob = shop.browser()
    bob.get(f"{REDEEM}{code}")
    bob.get(f"{REDEEM}?code={code}")
    elsewhere = bob.post(
        REDEEM, data={"csrf_token": shop.token(bob), "code": code}, headers={"Origin": "https://evil"}
    )
    without_token = bob.post(REDEEM, data={"code": code})
    assert (elsewhere.status_code, without_token.status_code, shop.count(GiftRedemption)) == (403, 403, 0)


def test_a_spammer_wants_to_mail_strangers_without_paying(shop: Shop) -> None:
    shop.set(pass_promotion_codes=True)
    for pay in (lambda _id: None, shop.stripe.expire, shop.stripe.pay_nothing, shop.stripe.pay_by_bank_debit):
        session_id = order_gift(shop, email="victim@example.org", message="Congratulations")
        pay(session_id)
        shop.deliver_all()
    send_all(shop)
    assert not [mail for mail in shop.mails() if mail.to_address == "victim@example.org"]


def test_a_spammer_wants_a_header_of_their_own(shop: Shop) -> None:
    browser = shop.browser()
    token = shop.token(browser)
    for field in ("email", "giver"):
        form = {"csrf_token": token, field: "Anna\r\nBcc: victim@example.org"}
        assert browser.post("/pass/gift/", data=form).status_code == 400


def test_a_reader_wants_a_strangers_gift_by_its_reference(shop: Shop) -> None:
    session_id = give(shop, shop.browser(), email="bob@example.org")
    mallory = shop.with_session(
        make_session(shop.services.db, make_reader(shop.services.db, "m@example.org"))
    )
    page = page_of(shop, session_id)
    form = {"csrf_token": shop.token(mallory), "email": "m@example.org"}
    assert (mallory.get(page).status_code, mallory.post(f"{page}/send", data=form).status_code) == (404, 404)
    assert gift_of(shop, session_id).recipient == "bob@example.org"


def test_an_erased_reader_wants_their_gift_back_in_another_browser(shop: Shop) -> None:
    bob = shop.browser()
    code = code_of(shop, give(shop))
    redeem(bob, code)
    with shop.services.db.write() as session:
        erasure.erase(session, shop.services.settings, readers.get(session, reader_of(shop, bob).id))
    assert redeem(shop.browser(), code).status_code == 409


def _without_token(page: str) -> str:
    return (
        page.partition('name="csrf_token" value="')[0] + page.partition('name="csrf_token" value="')[2][120:]
    )
