"""A voucher is paid days later, or never: its reader may pay in another way meanwhile."""

import pytest

from payments import refunds
from payments.fulfillment.fulfill import fulfill
from payments.models import Payment
from tests.support.payments import Shop, order_of, try_to_buy


@pytest.fixture
def voucher(shop: Shop) -> str:
    """The session in which a reader took a voucher."""
    session_id = shop.order(shop.browser())
    shop.stripe.take_voucher(session_id)
    assert set(shop.deliver_all()) == {200}
    return session_id


def test_an_unpaid_voucher_grants_nothing_and_its_page_says_so(shop: Shop) -> None:
    browser = shop.browser()
    session_id = shop.order(browser)
    shop.stripe.take_voucher(session_id)
    answer = browser.get(f"/pass/thanks?session={session_id}")
    assert (answer.status_code, "Your voucher is waiting to be paid" in answer.text) == (200, True)
    assert ("Refresh" in answer.headers, shop.ad_free()) == (False, [False])


def test_who_has_a_voucher_can_pay_by_card(shop: Shop) -> None:
    browser = shop.browser()
    session_id = shop.order(browser)
    shop.stripe.take_voucher(session_id)
    fulfill(shop.context, session_id)
    card = shop.buy(browser)
    fulfill(shop.context, card)
    assert (card != session_id, shop.ad_free()) == (True, [True])


def test_a_voucher_that_is_paid_after_all_goes_back(shop: Shop) -> None:
    browser = shop.browser()
    session_id = shop.order(browser)
    shop.stripe.take_voucher(session_id)
    fulfill(shop.context, session_id)
    fulfill(shop.context, shop.buy(browser))
    shop.stripe.settle_payment(session_id)
    fulfill(shop.context, session_id)
    assert [payment.outcome for payment in shop.rows(Payment)] == ["granted", "second"]
    assert refunds.send_next_to_stripe(shop.services)
    assert shop.stripe.charge_of(session_id)["refunded"] is True


def test_a_voucher_that_is_paid_grants_the_pass(shop: Shop, voucher: str) -> None:
    assert (order_of(shop).state, order_of(shop).awaits_buyer) == ("pending", True)
    shop.stripe.settle_payment(voucher)
    shop.deliver_all("checkout.session.async_payment_succeeded")
    assert (order_of(shop).state, order_of(shop).awaits_buyer, shop.ad_free()) == ("paid", False, [True])


def test_a_voucher_that_runs_out_is_a_failed_order(shop: Shop, voucher: str) -> None:
    shop.stripe.fail_payment(voucher)
    shop.deliver_all("checkout.session.async_payment_failed")
    assert (order_of(shop).state, order_of(shop).awaits_buyer, shop.ad_free()) == ("failed", False, [False])


def test_a_debit_is_on_its_way_and_needs_no_other_payment(shop: Shop) -> None:
    browser = shop.browser()
    session_id = shop.order(browser)
    shop.stripe.pay_by_bank_debit(session_id)
    fulfill(shop.context, session_id)
    assert try_to_buy(browser).headers["Location"] == f"/pass/thanks?session={session_id}"
    assert order_of(shop).awaits_buyer is False
