"""Buying the pass for somebody else: over HTTP, with the fake Stripe."""

import pytest

from payments import gift_routes
from payments.fulfillment.fulfill import fulfill
from payments.models import Grant, Order, Payment, RefundRequest
from tests.payments.gift_shop import (
    FORM,
    code_of,
    gift_of,
    give,
    has_pass,
    order_gift,
    page_of,
    reader_of,
    redeem,
)
from tests.support.accounts import make_reader, make_session
from tests.support.payments import Shop, last_session_params, press, try_to_buy


def test_the_offer_leads_to_the_form_for_everybody(shop: Shop) -> None:
    reader = make_reader(shop.services.db, ad_free=True)
    for browser in (shop.browser(), shop.with_session(make_session(shop.services.db, reader))):
        assert f'href="{FORM}?next=/articles/x/"' in browser.get("/pass/?next=/articles/x/").text
    page = shop.browser().get(FORM)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "private, no-store")


def test_the_buyer_gets_the_code_and_no_pass(shop: Shop) -> None:
    browser = shop.browser()
    session_id = order_gift(shop, browser, giver="Anna", message="Good luck!")
    shop.stripe.pay(session_id, email="anna@example.org")
    thanks = browser.get(f"/pass/thanks?session={session_id}")
    assert (thanks.status_code, thanks.headers["Location"]) == (
        303,
        f"{page_of(shop, session_id)}?done=bought",
    )
    page = browser.get(thanks.headers["Location"])
    code = code_of(shop, session_id)
    assert page.status_code == 200
    assert f">{code}<" in page.text
    assert "Good luck!" in page.text
    assert not has_pass(shop, browser)
    (mail,) = shop.mails()
    assert (mail.to_address, mail.private) == ("anna@example.org", True)
    assert code in mail.text
    assert code in mail.html


def test_the_code_is_the_same_at_every_look(shop: Shop) -> None:
    browser = shop.browser()
    session_id = give(shop, browser)
    pages = {browser.get(page_of(shop, session_id)).text.count(code_of(shop, session_id)) for _ in range(3)}
    assert pages == {3}  # the sheet, and the link with its address


def test_the_order_says_at_stripe_that_it_is_a_gift(shop: Shop) -> None:
    order_gift(shop, email="bob@example.org", message="Good luck!")
    params = last_session_params(shop)
    assert params["line_items"][0]["price_data"]["product_data"]["name"] == "Carrel: membership, as a gift"
    assert "bob@example.org" not in str(params)
    assert "Good luck!" not in str(params)


def test_the_buyer_of_a_gift_is_not_asked_to_agree_that_the_pass_begins_at_once(shop: Shop) -> None:
    shop.set(pass_withdrawal_consent=True)
    order_gift(shop)
    assert "consent_collection" not in last_session_params(shop)
    shop.order(shop.browser())
    assert "consent_collection" in last_session_params(shop)


def test_a_code_that_was_not_paid_for_is_none(shop: Shop) -> None:
    session_id = order_gift(shop)
    assert redeem(shop.browser(), code_of(shop, session_id)).status_code == 404
    shop.stripe.pay_by_bank_debit(session_id)
    fulfill(shop.context, session_id)
    assert redeem(shop.browser(), code_of(shop, session_id)).status_code == 404
    shop.stripe.settle_payment(session_id)
    fulfill(shop.context, session_id)
    assert redeem(shop.browser(), code_of(shop, session_id)).status_code == 200


def test_pay_17_gifts_are_no_second_payments(shop: Shop) -> None:
    browser = shop.browser()
    fulfill(shop.context, shop.buy(browser))
    give(shop, browser)
    give(shop, browser)
    assert [payment.outcome for payment in shop.rows(Payment)] == ["granted"] * 3
    assert (shop.count(Grant), shop.count(RefundRequest)) == (3, 0)
    assert not [alarm for alarm in shop.alarms() if alarm.startswith("paid-twice")]


def test_a_gift_under_way_stops_nobody_from_buying_for_themselves(shop: Shop) -> None:
    browser = shop.browser()
    pending = order_gift(shop, browser)
    shop.stripe.pay_by_bank_debit(pending)
    fulfill(shop.context, pending)
    fulfill(shop.context, shop.buy(browser))
    assert has_pass(shop, browser)
    assert [payment.outcome for payment in shop.rows(Payment)] == ["granted"]


def test_an_open_gift_order_is_not_taken_for_a_pass_of_ones_own(shop: Shop) -> None:
    browser = shop.browser()
    order_gift(shop, browser)
    try_to_buy(browser)
    assert [order.title for order in shop.rows(Order)] == [
        "Carrel: membership, as a gift",
        "Carrel: membership",
    ]


def test_a_gift_and_a_pass_of_ones_own_leave_each_others_payment_pages_open(shop: Shop) -> None:
    browser = shop.browser()
    gift, own, second = order_gift(shop, browser), shop.order(browser), order_gift(shop, browser)
    shop.order(browser, "/articles/y/")
    states = {each["id"]: each["status"] for each in shop.stripe.sessions()}
    assert [states[each] for each in (gift, own, second)] == ["open", "expired", "open"]


def test_two_gifts_are_two_orders(shop: Shop) -> None:
    browser = shop.browser()
    first, second = order_gift(shop, browser), order_gift(shop, browser)
    assert first != second
    assert code_of(shop, first) != code_of(shop, second)


def test_pay_28_the_form_cannot_change_the_price(shop: Shop) -> None:
    order_gift(shop, price="1", price_cents="1", quantity="100", title="x")
    (order,) = shop.rows(Order)
    assert (order.price_cents, order.currency) == (499, "usd")
    assert last_session_params(shop)["line_items"][0]["quantity"] in {1, "1"}


def test_what_cannot_be_is_said_beside_the_field_and_kept_as_typed(shop: Shop) -> None:
    response = press(
        shop.browser(), FORM, FORM, message="see evil.example", giver="Anna", email="bob@", day=""
    )
    assert response.status_code == 400
    assert "Leave out addresses and links" in response.text
    assert 'value="Anna"' in response.text
    assert "see evil.example" in response.text
    assert shop.count(Order) == 0


def test_the_form_says_what_is_true_of_tax_and_codes(shop: Shop) -> None:
    assert "Pay $4.99<" in shop.browser().get(FORM).text
    shop.set(pass_tax="exclusive", pass_promotion_codes=True)
    page = shop.browser().get(FORM).text
    assert "Pay $4.99 plus tax<" in page
    assert "A gift that is free with a code is not emailed" in page


def test_without_sales_there_is_no_gift(shop: Shop) -> None:
    shop.set(stripe_webhook_secret=())
    browser = shop.browser()
    page = browser.get(FORM)
    assert "Currently not for sale" in page.text
    assert browser.post(FORM, data={"csrf_token": shop.token(browser)}).status_code == 503
    assert shop.count(Order) == 0


def test_pay_32_when_stripe_is_away_nothing_is_lost(shop: Shop) -> None:
    shop.stripe.api.down()
    assert press(shop.browser(), FORM, FORM).status_code == 503


def test_only_the_buyer_sees_the_gift(shop: Shop) -> None:
    session_id = give(shop)
    bob = shop.with_session(make_session(shop.services.db, make_reader(shop.services.db, "bob@example.org")))
    page = page_of(shop, session_id)
    assert bob.get(page).status_code == 404
    assert bob.post(f"{page}/send", data={"csrf_token": shop.token(bob)}).status_code == 404
    assert shop.browser().get(page).headers["Location"].startswith("/sign-in/")
    assert bob.get("/account/gifts/nothing").status_code == 404


def test_a_browser_that_only_paid_for_somebody_elses_account_does_not_see_it(shop: Shop) -> None:
    browser = shop.browser()
    session_id = give(shop, browser, paid={"email": "anna@example.org"})
    anna = make_reader(shop.services.db)
    with shop.services.db.write() as session:
        from carrel.accounts import hooks, readers

        hooks.address_proven(session, readers.get(session, anna.id))
    assert reader_of(shop, browser).id == anna.id
    assert browser.get(page_of(shop, session_id)).headers["Location"].startswith("/sign-in/")
    signed_in = shop.with_session(make_session(shop.services.db, anna))
    assert code_of(shop, session_id) in signed_in.get(page_of(shop, session_id)).text


def test_the_account_lists_gifts_apart_from_ones_own_pass(shop: Shop) -> None:
    browser = shop.browser()
    session_id = give(shop, browser, email="bob@example.org")
    page = browser.get("/account/").text
    assert "You do not have the pass. " in page
    assert "Not redeemed yet" in page
    assert "b•••@example.org" in page
    assert "bob@example.org" not in page
    redeem(shop.browser(), code_of(shop, session_id))
    page = browser.get("/account/").text
    assert "Used" in page
    assert gift_of(shop, session_id).recipient is None


@pytest.mark.parametrize("path", [gift_routes.GIFT_PATH, "/pass/redeem/"])
def test_a_page_of_forms_is_kept_nowhere(shop: Shop, path: str) -> None:
    answer = shop.browser().get(path)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in answer.headers
