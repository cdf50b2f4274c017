"""From the offer to Stripe's page: the order, what Stripe is asked for, limits, and Stripe away."""

from datetime import timedelta

import time_machine
from flask.testing import FlaskClient

from carrel import clock
from carrel.accounts.models import Reader, ReaderSession
from payments.checkout.orders import SESSION_LIFE
from payments.fulfillment.fulfill import fulfill
from payments.models import Order
from tests.support.accounts import make_reader, make_session
from tests.support.payments import CREATE, Till, asked, try_to_buy


def signed_in(till: Till, email: str = "anna@example.org", *, proven: bool = True) -> FlaskClient:
    token = make_session(till.services.db, make_reader(till.services.db, email), proven=proven)
    return till.with_session(token)


def test_a_guest_becomes_an_anonymous_reader_with_a_session(till: Till) -> None:
    browser = till.browser()
    answer = try_to_buy(browser)
    assert answer.headers["Location"].startswith(f"{till.stripe.base_url}/pay/cs_test_")
    assert "HttpOnly; Path=/; SameSite=Lax" in answer.headers["Set-Cookie"]
    (reader,) = till.rows(Reader)
    assert (reader.email, till.count(ReaderSession), reader.ad_free) == (None, 1, False)


def test_looking_at_the_offer_makes_nobody(till: Till) -> None:
    answer = till.browser().get("/pass/?next=/articles/x/")
    assert ("Set-Cookie" in answer.headers, till.count(Reader)) == (False, 0)
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_pay_09_the_order_travels_in_three_places(till: Till) -> None:
    try_to_buy(till.browser())
    (order,) = till.rows(Order)
    params = asked(till)
    assert params["client_reference_id"] == params["metadata"]["order"] == order.reference
    assert params["payment_intent_data"]["metadata"] == params["metadata"]
    assert len(params["metadata"]["site"]) == 16


def test_pay_28_the_price_is_the_settings_whatever_the_form_says(till: Till) -> None:
    wishes = {"price": "1", "amount": "1", "currency": "jpy", "quantity": "0", "coupon": "FREE", "plan": "x"}
    try_to_buy(till.browser(), **wishes)
    (item,) = asked(till)["line_items"]
    assert (item["quantity"], item["price_data"]["unit_amount"], item["price_data"]["currency"]) == (
        1,
        499,
        "usd",
    )
    assert [(order.price_cents, order.currency) for order in till.rows(Order)] == [(499, "usd")]


def test_what_else_stripe_is_asked_for(till: Till) -> None:
    try_to_buy(till.browser())
    params = asked(till)
    assert params["mode"] == "payment"
    assert params["success_url"] == "https://carrel.test/pass/thanks?session={CHECKOUT_SESSION_ID}"
    assert params["cancel_url"] == "https://carrel.test/articles/x/"
    assert params["line_items"][0]["price_data"]["product_data"] == {"name": "Carrel: membership"}
    assert params["adaptive_pricing"] == {"enabled": False}
    assert not {"automatic_tax", "allow_promotion_codes", "customer_email"} & params.keys()


def test_pay_19_cards_and_wallets_unless_the_operator_wants_more(till: Till) -> None:
    try_to_buy(till.browser())
    assert asked(till)["allowed_payment_method_types"] == ["card"]
    till.set(pass_payment_methods=())
    try_to_buy(till.browser())
    assert "allowed_payment_method_types" not in asked(till)


def test_pay_20_the_session_ends_within_an_hour(till: Till) -> None:
    with time_machine.travel(clock.now(), tick=False):
        try_to_buy(till.browser())
        assert asked(till)["expires_at"] == int((clock.now() + SESSION_LIFE).timestamp())
    assert timedelta(minutes=31) < SESSION_LIFE <= timedelta(minutes=60)


def test_tax_and_promotion_codes_are_the_operators_choice(till: Till) -> None:
    till.set(pass_promotion_codes=True, pass_tax="inclusive")
    try_to_buy(till.browser())
    params = asked(till)
    assert (params["allow_promotion_codes"], params["automatic_tax"]) == (True, {"enabled": True})
    assert params["line_items"][0]["price_data"]["tax_behavior"] == "inclusive"


def test_pay_16_the_key_comes_from_the_order(till: Till) -> None:
    try_to_buy(till.browser())
    (call,) = till.stripe.api.sent(CREATE)
    assert call.idempotency_key == f"carrel-order-{till.rows(Order)[0].reference}"


def test_somebody_with_an_account_finds_their_address_at_checkout(till: Till) -> None:
    try_to_buy(signed_in(till))
    assert asked(till)["customer_email"] == "anna@example.org"
    assert till.count(Reader) == 1


def test_a_browser_that_proved_nothing_is_not_told_the_accounts_address(till: Till) -> None:
    try_to_buy(signed_in(till, proven=False))
    assert "customer_email" not in asked(till)


def test_pay_17_an_owner_cannot_buy_again(till: Till) -> None:
    browser = till.browser()
    fulfill(till.shop, till.buy(browser))
    answer = browser.post("/pass/checkout", data={"csrf_token": till.token(browser)})
    assert (answer.status_code, till.count(Order)) == (409, 1)
    assert "You already have it" in answer.text
    page = browser.get("/pass/").text
    assert "You already have it" in page
    assert "/pass/checkout" not in page


def test_pressing_twice_leads_to_one_session(till: Till) -> None:
    browser = till.browser()
    places = [try_to_buy(browser).headers["Location"] for _ in range(3)]
    assert (len(set(places)), till.count(Order)) == (1, 1)


def test_pf_36_after_a_declined_card_the_next_day_is_a_new_try(till: Till) -> None:
    browser = till.browser()
    first = till.order(browser)
    till.stripe.decline(first)
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        till.stripe.run_due()
        second = till.order(browser)
        till.stripe.pay(second)
        fulfill(till.shop, second)
    assert (first != second, till.ad_free()) == (True, [True])


def test_a_new_price_is_a_new_order(till: Till) -> None:
    browser = till.browser()
    first = till.order(browser)
    till.set(pass_price_cents=725, pass_currency="eur")
    assert till.order(browser) != first
    assert [(order.price_cents, order.currency) for order in till.rows(Order)] == [(499, "usd"), (725, "eur")]


def test_somebody_whose_money_is_on_its_way_is_not_asked_to_pay_again(till: Till) -> None:
    browser = till.browser()
    session_id = till.order(browser)
    till.stripe.pay_later(session_id)
    fulfill(till.shop, session_id)
    assert try_to_buy(browser).headers["Location"] == f"/pass/thanks?session={session_id}"
    assert till.count(Order) == 1


def test_the_offer_says_what_it_is_what_it_costs_and_how_to_get_the_money_back(till: Till) -> None:
    page = till.browser().get("/pass/").text
    line = "Disable ads (and more) with a membership for a one-time $4.99 payment"
    for words in (
        line,
        "$4.99",
        "The newsletter without ads",
        "in your feed reader",
        "Pay $4.99",
        "within 14 days",
        "No subscription",
    ):
        assert words in page


def test_without_extras_and_without_the_button_nothing_is_promised(till: Till) -> None:
    till.set(pass_extras=(), refund_days=0)
    page = till.browser().get("/pass/").text
    assert "and more" not in page
    assert "Your money back within" not in page
