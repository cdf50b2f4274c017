"""The page after Checkout: it asks Stripe, informs the buyer, and tells nobody else anything."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from carrel import clock
from carrel.accounts.models import ReaderSession
from payments.fulfillment.fulfill import fulfill
from payments.models import Grant, Payment
from tests.payments.two_tabs import order_in_two_tabs
from tests.support.payments import Shop


def back(browser: FlaskClient, session_id: str, **more: str) -> Any:
    """Open the page that Stripe sends the buyer to."""
    return browser.get("/pass/thanks", query_string={"session": session_id, **more})


@pytest.fixture
def browser(shop: Shop) -> FlaskClient:
    return shop.browser()


def test_pf_05_without_any_webhook_the_return_gives_the_pass(shop: Shop, browser: FlaskClient) -> None:
    with time_machine.travel(clock.now(), tick=False):
        answer = back(browser, shop.buy(browser))
    assert (answer.status_code, shop.count(Grant), shop.ad_free()) == (200, 1, [True])
    assert "Thank you" in answer.text
    assert answer.headers["Refresh"] == "1; url=/articles/x/#page-thanks"


def test_once_every_process_knows_the_buyer_is_sent_straight_back(shop: Shop, browser: FlaskClient) -> None:
    session_id = shop.buy(browser)
    fulfill(shop.context, session_id)
    with time_machine.travel(clock.now() + timedelta(seconds=2), tick=False):
        answer = back(browser, session_id)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/articles/x/#page-thanks")


def test_pf_02_webhook_and_return_give_one_pass(shop: Shop, browser: FlaskClient) -> None:
    session_id = shop.buy(browser)
    assert set(shop.deliver_all("checkout.session.completed")) == {200}
    back(browser, session_id)
    assert (shop.count(Payment), shop.count(Grant), len(shop.mails())) == (1, 1, 1)


def test_pf_35_a_strangers_browser_learns_nothing_and_is_not_signed_in(
    shop: Shop, browser: FlaskClient
) -> None:
    session_id = shop.buy(browser, email="victim@example.com")
    answer = back(shop.browser(), session_id)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    for secret in ("victim", "/articles/x/", "4.99", "Thank you"):
        assert secret not in answer.text
    assert shop.count(ReaderSession) == 1


def test_pf_35_neither_does_another_reader(shop: Shop, browser: FlaskClient) -> None:
    stranger = shop.browser()
    shop.buy(stranger)
    answer = back(stranger, shop.buy(browser))
    assert "No payment found in this browser" in answer.text
    assert shop.ad_free() == [False, True]


@pytest.mark.parametrize("bad", ["", "x' OR 1=1 --", "../../x", "{CHECKOUT_SESSION_ID}", "é", "x" * 300])
def test_what_can_be_no_session_is_not_found(shop: Shop, browser: FlaskClient, bad: str) -> None:
    answer = back(browser, bad)
    assert (answer.status_code, "No payment found in this browser" in answer.text) == (404, True)
    assert len(shop.stripe.api.requests) == 0


def test_a_session_that_is_none_of_ours_is_nobodys(shop: Shop, browser: FlaskClient) -> None:
    answer = back(browser, "cs_test_unknown")
    assert (answer.status_code, "No payment found in this browser" in answer.text) == (200, True)
    assert len(shop.stripe.api.requests) == 0


def test_pay_18_a_delayed_payment_is_on_its_way_and_the_page_looks_again(
    shop: Shop, browser: FlaskClient
) -> None:
    session_id = shop.order(browser)
    shop.stripe.pay_by_bank_debit(session_id)
    answer = back(browser, session_id)
    assert "Your payment is being processed" in answer.text
    assert answer.headers["Refresh"] == f"5; url=/pass/thanks?session={session_id}&asked=1"


def test_pay_18_it_looks_for_a_minute_and_no_longer(shop: Shop, browser: FlaskClient) -> None:
    session_id = shop.order(browser)
    shop.stripe.pay_by_bank_debit(session_id)
    address, looks = f"/pass/thanks?session={session_id}", 0
    while refresh := browser.get(address).headers.get("Refresh"):
        seconds, _, address = refresh.partition("; url=")
        looks += int(seconds)
    assert looks == 60


def test_pay_18_a_failed_payment_is_said(shop: Shop, browser: FlaskClient) -> None:
    session_id = shop.order(browser)
    shop.stripe.pay_by_bank_debit(session_id)
    back(browser, session_id)
    shop.stripe.fail_payment(session_id)
    answer = back(browser, session_id)
    assert "did not go through" in answer.text
    assert "/pass/?next=/articles/x/" in answer.text


def test_pay_18_a_second_payment_is_said_to_be_returned(shop: Shop, browser: FlaskClient) -> None:
    one, two = order_in_two_tabs(shop, browser)
    for session_id in (one, two):
        shop.stripe.pay(session_id)
        answer = back(browser, session_id)
    assert "being refunded in full" in answer.text


def test_pay_18_a_held_payment_is_no_error(shop: Shop, browser: FlaskClient) -> None:
    answer = back(browser, shop.buy(browser, amount=100))
    assert (answer.status_code, "We have your payment" in answer.text) == (200, True)


def test_after_a_refund_the_page_says_that_the_pass_ended(shop: Shop, browser: FlaskClient) -> None:
    session_id = shop.buy(browser)
    back(browser, session_id)
    shop.stripe.refund(session_id)
    fulfill(shop.context, session_id)
    assert "This pass has ended" in back(browser, session_id).text


@pytest.mark.parametrize(
    "problem", ["stripe is down", "stripe is slow to close", "database is locked", "anything"]
)
def test_pay_18_never_an_error_after_money_moved(
    shop: Shop, browser: FlaskClient, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = shop.buy(browser)
    if problem == "stripe is down":
        shop.stripe.api.down()
    elif problem == "stripe is slow to close":
        shop.stripe.api.drop_response(times=None)
    else:
        locked = OperationalError("BEGIN", None, Exception(problem))
        failure = locked if problem == "database is locked" else RuntimeError(problem)
        monkeypatch.setattr("payments.fulfillment.fulfill.apply_checkout_session", raising(failure))
    answer = back(browser, session_id)
    assert (answer.status_code, "Your payment is being processed" in answer.text) == (200, True)


def raising(failure: Exception) -> Any:
    def fail(*_: object) -> None:
        raise failure

    return fail


def test_the_session_in_the_address_is_told_to_no_other_site(shop: Shop, browser: FlaskClient) -> None:
    answer = back(browser, "cs_test_unknown")
    assert answer.headers["Referrer-Policy"] == "origin"
    assert answer.headers["Cache-Control"] == "private, no-store"
