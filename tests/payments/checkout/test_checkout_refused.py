"""Checkout that cannot start: Stripe unavailable, a cross-site form, rate limits, no webhook secret."""

import pytest

from carrel.accounts import readers
from carrel.accounts.limits import Limit, hours
from carrel.accounts.models import Reader
from carrel.mail.models import Alarm
from payments.checkout import start_checkout
from payments.models import Order
from tests.support.accounts import make_reader, make_session
from tests.support.payments import CREATE, Shop, last_session_params, try_to_buy


@pytest.mark.parametrize("fault", ["down", "drop_request", "fail"])
def test_pay_32_stripe_away_is_said_kindly_and_can_be_tried_again(shop: Shop, fault: str) -> None:
    browser = shop.browser()
    break_it = getattr(shop.stripe.api, fault)
    break_it() if fault == "down" else break_it(times=None)
    answer = try_to_buy(browser)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "Try again in a minute" in answer.text
    shop.stripe.api.reset()
    shop.stripe.api.up()
    assert try_to_buy(browser).status_code == 303
    assert shop.count(Order) == 1
    assert len({call.idempotency_key for call in shop.stripe.api.sent(CREATE)}) == 1


def test_pf_22_a_lost_reply_ends_in_the_same_session(shop: Shop) -> None:
    browser = shop.browser()
    shop.stripe.api.drop_response(times=2, path=CREATE)
    assert try_to_buy(browser).status_code == 503
    assert try_to_buy(browser).status_code == 303
    assert len(shop.stripe.sessions()) == 1


def test_a_reply_that_is_lost_once_is_not_even_noticed(shop: Shop) -> None:
    shop.stripe.api.drop_response(times=1, path=CREATE)
    assert try_to_buy(shop.browser()).status_code == 303
    assert len(shop.stripe.sessions()) == 1


def test_an_error_that_stripe_has_stored_is_not_asked_for_again(shop: Shop) -> None:
    browser = shop.browser()
    shop.stripe.api.fail(500, saved=True, path=CREATE)
    assert try_to_buy(browser).status_code == 503
    assert try_to_buy(browser).status_code == 303
    assert [call.replayed for call in shop.stripe.api.sent(CREATE)] == [False, True, False]


def test_an_order_that_stripe_refuses_is_not_tried_again(shop: Shop) -> None:
    browser = shop.browser()
    shop.stripe.api.fail(400, path=CREATE)
    assert try_to_buy(browser).status_code == 503
    assert try_to_buy(browser).status_code == 303
    assert [order.state for order in shop.rows(Order)] == ["failed", "open"]


@pytest.mark.parametrize(
    "bad", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", ""]
)
def test_auth_05_nobody_is_sent_elsewhere_afterwards(shop: Shop, bad: str) -> None:
    browser = shop.browser()
    browser.post("/pass/checkout", data={"csrf_token": shop.token(browser), "next": bad})
    assert [order.return_to for order in shop.rows(Order)] == ["/"]
    assert last_session_params(shop)["cancel_url"] == "https://carrel.test/"


def test_a_place_within_the_page_is_left_out(shop: Shop) -> None:
    browser = shop.browser()
    browser.post("/pass/checkout", data={"csrf_token": shop.token(browser), "next": "/articles/x/#part-2"})
    assert [order.return_to for order in shop.rows(Order)] == ["/articles/x/"]


def test_auth_12_without_a_token_or_from_elsewhere_nothing_is_ordered(shop: Shop) -> None:
    browser = shop.browser()
    assert browser.post("/pass/checkout", data={"next": "/"}).status_code == 403
    crossing = browser.post(
        "/pass/checkout", data={"csrf_token": shop.token(browser)}, headers={"Origin": "https://evil.test"}
    )
    assert (crossing.status_code, shop.count(Order), shop.count(Reader)) == (403, 0, 0)


def test_pay_27_five_orders_an_hour_for_a_reader(shop: Shop) -> None:
    browser = shop.browser()
    answers = [try_to_buy(browser, f"/a/{number}/").status_code for number in range(8)]
    assert answers == [303] * 6 + [429] * 2  # the first one made the reader


def test_pay_27_so_many_orders_an_hour_for_a_network_address(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_checkout, "PER_IP", Limit(10, hours(1)))
    answers = [try_to_buy(shop.browser()) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [303] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 3000
    assert shop.count(Order) == 10


def test_pay_02_without_a_webhook_secret_the_pass_is_not_on_sale(shop: Shop) -> None:
    shop.set(stripe_webhook_secret=())
    browser = shop.browser()
    assert "Currently not for sale" in browser.get("/pass/").text
    assert browser.post("/pass/checkout", data={"csrf_token": shop.token(browser)}).status_code == 503
    assert shop.count(Order) == 0


REFUSALS = [
    ("amount_too_small", "", "the amount"),
    ("", "automatic_tax[enabled]", "no head office address"),
    ("account_invalid", "", "the account is restricted"),
]


@pytest.mark.parametrize(("code", "param", "message"), REFUSALS)
def test_a_refused_checkout_alarms_the_operator_with_stripes_words(
    shop: Shop, code: str, param: str, message: str
) -> None:
    shop.stripe.api.refuse(code or None, param or None, message=message, path=CREATE)
    answer = try_to_buy(shop.browser())
    assert (answer.status_code, "we have been notified" in answer.text) == (503, True)
    (alarm,) = shop.rows(Alarm)
    assert alarm.key == f"checkout-refused:{code or 'invalid_request'}:{param}"
    for said in (code, param, message):
        assert said in alarm.text


def test_the_same_refusal_is_one_alarm(shop: Shop) -> None:
    shop.stripe.api.refuse("account_invalid", path=CREATE, times=3)
    for _ in range(3):
        try_to_buy(shop.browser())
    assert [alarm.count for alarm in shop.rows(Alarm)] == [3]


def test_an_address_that_stripe_refuses_is_left_out(shop: Shop) -> None:
    anna = make_reader(shop.services.db, "anna@localhost.invalid")
    with shop.services.db.write() as session:
        readers.get(session, anna.id).email = "änna@example.org"
    browser = shop.with_session(make_session(shop.services.db, anna))
    places = [try_to_buy(browser).headers["Location"] for _ in range(2)]
    assert (places[0], len(shop.stripe.sessions())) == (places[1], 1)
    assert [call.status for call in shop.stripe.api.sent(CREATE)] == [400, 200, 400, 200]
    assert ("customer_email" in last_session_params(shop), shop.alarms()) == (False, [])


def test_another_refusal_is_not_tried_without_the_address(shop: Shop) -> None:
    browser = shop.with_session(make_session(shop.services.db, make_reader(shop.services.db)))
    shop.stripe.api.refuse("account_invalid", path=CREATE)
    assert try_to_buy(browser).status_code == 503
    assert len(shop.stripe.api.sent(CREATE)) == 1
