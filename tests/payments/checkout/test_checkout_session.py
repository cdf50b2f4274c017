"""From the offer to Checkout: the order, the parameters of the Checkout Session, rate limits, a Stripe outage."""

from datetime import timedelta

import time_machine
from flask.testing import FlaskClient

from carrel import clock
from carrel.accounts.models import Reader, ReaderSession
from payments.checkout.orders import CHECKOUT_SESSION_LIFETIME
from payments.fulfillment.fulfill import fulfill
from payments.models import Order
from tests.support.accounts import make_reader, make_session
from tests.support.payments import CREATE, Shop, last_session_params, try_to_buy


def signed_in(shop: Shop, email: str = "anna@example.org", *, proven: bool = True) -> FlaskClient:
    token = make_session(shop.services.db, make_reader(shop.services.db, email), proven=proven)
    return shop.with_session(token)


def test_a_guest_becomes_an_anonymous_reader_with_a_session(shop: Shop) -> None:
    browser = shop.browser()
    answer = try_to_buy(browser)
    assert answer.headers["Location"].startswith(f"{shop.stripe.base_url}/pay/cs_test_")
    assert "HttpOnly; Path=/; SameSite=Lax" in answer.headers["Set-Cookie"]
    (reader,) = shop.rows(Reader)
    assert (reader.email, shop.count(ReaderSession), reader.ad_free) == (None, 1, False)


def test_looking_at_the_offer_makes_nobody(shop: Shop) -> None:
    answer = shop.browser().get("/pass/?next=/articles/x/")
    assert ("Set-Cookie" in answer.headers, shop.count(Reader)) == (False, 0)
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_pay_09_the_order_travels_in_three_places(shop: Shop) -> None:
    try_to_buy(shop.browser())
    (order,) = shop.rows(Order)
    params = last_session_params(shop)
    assert params["client_reference_id"] == params["metadata"]["order"] == order.reference
    assert params["payment_intent_data"]["metadata"] == params["metadata"]
    assert len(params["metadata"]["site"]) == 16


def test_pay_28_the_price_is_the_settings_whatever_the_form_says(shop: Shop) -> None:
    wishes = {"price": "1", "amount": "1", "currency": "jpy", "quantity": "0", "coupon": "FREE", "plan": "x"}
    try_to_buy(shop.browser(), **wishes)
    (item,) = last_session_params(shop)["line_items"]
    assert (item["quantity"], item["price_data"]["unit_amount"], item["price_data"]["currency"]) == (
        1,
        499,
        "usd",
    )
    assert [(order.price_cents, order.currency) for order in shop.rows(Order)] == [(499, "usd")]


def test_what_else_stripe_is_asked_for(shop: Shop) -> None:
    try_to_buy(shop.browser())
    params = last_session_params(shop)
    assert params["mode"] == "payment"
    assert params["success_url"] == "https://carrel.test/pass/thanks?session={CHECKOUT_SESSION_ID}"
    assert params["cancel_url"] == "https://carrel.test/articles/x/"
    assert params["line_items"][0]["price_data"]["product_data"] == {"name": "Carrel: membership"}
    assert params["adaptive_pricing"] == {"enabled": False}
    assert params["payment_intent_data"].keys() == {"metadata", "description"}
    assert not {"allow_promotion_codes", "customer_email"} & params.keys()


def test_the_price_stays_what_was_said_where_the_account_taxes_by_default(shop: Shop) -> None:
    shop.stripe.account.taxes_by_default = True
    session_id = shop.order(shop.browser())
    assert shop.stripe.get(session_id)["automatic_tax"]["enabled"] is False


def test_the_tax_code_and_the_words_on_the_card_statement_are_the_operators(shop: Shop) -> None:
    shop.set(pass_tax_code="txcd_10302000", pass_statement_suffix="NO ADS")
    try_to_buy(shop.browser())
    params = last_session_params(shop)
    assert params["line_items"][0]["price_data"]["product_data"]["tax_code"] == "txcd_10302000"
    assert params["payment_intent_data"]["statement_descriptor_suffix"] == "NO ADS"


def test_pay_19_cards_and_wallets_unless_the_operator_wants_more(shop: Shop) -> None:
    try_to_buy(shop.browser())
    assert last_session_params(shop)["allowed_payment_method_types"] == ["card"]
    shop.set(pass_payment_methods=())
    try_to_buy(shop.browser())
    assert "allowed_payment_method_types" not in last_session_params(shop)


def test_pay_20_the_session_ends_within_an_hour(shop: Shop) -> None:
    with time_machine.travel(clock.now(), tick=False):
        try_to_buy(shop.browser())
        assert last_session_params(shop)["expires_at"] == int(
            (clock.now() + CHECKOUT_SESSION_LIFETIME).timestamp()
        )
    assert timedelta(minutes=31) < CHECKOUT_SESSION_LIFETIME <= timedelta(minutes=60)


def test_tax_and_promotion_codes_are_the_operators_choice(shop: Shop) -> None:
    shop.set(pass_promotion_codes=True, pass_tax="inclusive")
    try_to_buy(shop.browser())
    params = last_session_params(shop)
    assert (params["allow_promotion_codes"], params["automatic_tax"]) == (True, {"enabled": True})
    assert params["line_items"][0]["price_data"]["tax_behavior"] == "inclusive"


def test_pay_16_the_key_comes_from_the_order(shop: Shop) -> None:
    try_to_buy(shop.browser())
    (call,) = shop.stripe.api.sent(CREATE)
    assert call.idempotency_key == f"carrel-order-{shop.rows(Order)[0].reference}"


def test_somebody_with_an_account_finds_their_address_at_checkout(shop: Shop) -> None:
    try_to_buy(signed_in(shop))
    assert last_session_params(shop)["customer_email"] == "anna@example.org"
    assert shop.count(Reader) == 1


def test_a_browser_that_proved_nothing_is_not_told_the_accounts_address(shop: Shop) -> None:
    try_to_buy(signed_in(shop, proven=False))
    assert "customer_email" not in last_session_params(shop)


def test_pay_17_an_owner_cannot_buy_again(shop: Shop) -> None:
    browser = shop.browser()
    fulfill(shop.context, shop.buy(browser))
    answer = browser.post("/pass/checkout", data={"csrf_token": shop.token(browser)})
    assert (answer.status_code, shop.count(Order)) == (409, 1)
    assert "Your pass is active" in answer.text
    page = browser.get("/pass/").text
    assert "Your pass is active" in page
    assert "/pass/checkout" not in page


def test_pressing_twice_leads_to_one_session(shop: Shop) -> None:
    browser = shop.browser()
    places = [try_to_buy(browser).headers["Location"] for _ in range(3)]
    assert (len(set(places)), shop.count(Order)) == (1, 1)


def test_pf_36_after_a_declined_card_the_next_day_is_a_new_try(shop: Shop) -> None:
    browser = shop.browser()
    first = shop.order(browser)
    shop.stripe.decline(first)
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        shop.stripe.run_due()
        second = shop.order(browser)
        shop.stripe.pay(second)
        fulfill(shop.context, second)
    assert (first != second, shop.ad_free()) == (True, [True])


def test_a_new_price_is_a_new_order(shop: Shop) -> None:
    browser = shop.browser()
    first = shop.order(browser)
    shop.set(pass_price_cents=725, pass_currency="eur")
    assert shop.order(browser) != first
    assert [(order.price_cents, order.currency) for order in shop.rows(Order)] == [(499, "usd"), (725, "eur")]


def test_somebody_whose_money_is_on_its_way_is_not_asked_to_pay_again(shop: Shop) -> None:
    browser = shop.browser()
    session_id = shop.order(browser)
    shop.stripe.pay_by_bank_debit(session_id)
    fulfill(shop.context, session_id)
    assert try_to_buy(browser).headers["Location"] == f"/pass/thanks?session={session_id}"
    assert shop.count(Order) == 1


def test_the_offer_says_what_it_is_what_it_costs_and_how_to_get_the_money_back(shop: Shop) -> None:
    page = shop.browser().get("/pass/").text
    line = "Disable ads (and more) with a membership for a one-time $4.99 payment"
    for words in (
        line,
        "$4.99",
        "An ad-free newsletter",
        "in your feed reader",
        "Pay $4.99",
        "within 14 days",
        "No subscription",
    ):
        assert words in page


def test_without_extras_and_without_the_button_nothing_is_promised(shop: Shop) -> None:
    shop.set(pass_extras=(), refund_days=0)
    page = shop.browser().get("/pass/").text
    assert "and more" not in page
    assert "Full refund within" not in page
