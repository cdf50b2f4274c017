"""Refunds that Stripe does not make at once: its own errors, disputes; what it is told, and until when."""

from datetime import timedelta

import pytest
import time_machine

from carrel import clock
from payments import refunds
from payments.fulfillment.fulfill import fulfill
from payments.models import Order, Payment, RefundRequest
from payments.stripe.client import StripeNotFoundError
from tests.payments.test_refunds import buyer, post_refund, states, tell
from tests.payments.two_tabs import order_in_two_tabs
from tests.support.payments import Shop


@pytest.fixture
def bought(shop: Shop) -> str:
    """A pass, bought in one browser; the session's id."""
    session_id = shop.buy(shop.browser())
    fulfill(shop.context, session_id)
    return session_id


REFUND = "POST /v1/refunds"


def run_worker(shop: Shop) -> None:
    """The worker's next try."""
    with time_machine.travel(shop.rows(RefundRequest)[0].next_try_at, tick=False):
        assert refunds.send_next_to_stripe(shop.services)


def test_an_error_that_stripe_stored_is_not_asked_for_again(shop: Shop, bought: str) -> None:
    shop.stripe.api.fail(500, saved=True, path=REFUND)
    refunds.refund(shop.context, 1, "olga", "asked")
    run_worker(shop)
    calls = shop.stripe.api.sent(REFUND)
    assert [(call.status, call.replayed) for call in calls] == [(500, False), (500, True), (200, False)]
    assert len({call.idempotency_key for call in calls}) == 2
    assert (shop.ad_free(), [request.state for request in shop.rows(RefundRequest)]) == ([False], ["done"])


def test_a_refund_that_was_made_in_spite_of_the_error_is_not_made_again(shop: Shop, bought: str) -> None:
    shop.stripe.api.fail(500, saved=True, path=REFUND)
    refunds.refund(shop.context, 1, "olga", "asked")
    shop.stripe.refund(bought)  # what Stripe did before it failed
    run_worker(shop)
    assert [call.status for call in shop.stripe.api.sent(REFUND)] == [500, 500]
    assert [request.state for request in shop.rows(RefundRequest)] == ["done"]
    assert shop.stripe.charge_of(bought)["amount_refunded"] == 499


def test_a_key_that_an_earlier_release_used_is_not_used_again(shop: Shop, bought: str) -> None:
    shop.stripe.api.drop_request(times=None, path=REFUND)
    refunds.refund(shop.context, 1, "olga", "asked")
    shop.stripe.api.reset()
    key = f"carrel-refund-{shop.rows(Order)[0].reference}-1"
    with pytest.raises(StripeNotFoundError):
        shop.context.stripe.create_refund("pi_of_that_release", 499, None, key)
    run_worker(shop)
    run_worker(shop)
    assert shop.stripe.api.sent(REFUND)[-1].idempotency_key == f"{key}-1"
    assert shop.ad_free() == [False]


@pytest.mark.parametrize(
    ("who", "reason"), [("reader", "requested_by_customer"), ("second", "duplicate"), ("olga", None)]
)
def test_stripe_hears_why(shop: Shop, who: str, reason: str | None) -> None:
    browser = shop.browser()
    if who == "second":
        for session_id in order_in_two_tabs(shop, browser):
            shop.stripe.pay(session_id)
            fulfill(shop.context, session_id)
        refunds.send_next_to_stripe(shop.services)
    else:
        fulfill(shop.context, shop.buy(browser))
        post_refund(shop, browser) if who == "reader" else refunds.refund(shop.context, 1, "olga", "why")
    assert shop.stripe.api.sent(REFUND)[-1].params.get("reason") == reason


def test_during_a_dispute_the_button_is_gone_and_the_page_says_why(shop: Shop) -> None:
    browser = buyer(shop)
    dispute = shop.stripe.open_dispute(shop.rows(Order)[0].checkout_session_id)
    assert post_refund(shop, browser).status_code == 409  # Stripe knows of it, and we do not
    tell(shop)
    page = browser.get("/account/").text
    assert "only your bank can refund it" in page
    assert "Request a refund" not in page
    answer = post_refund(shop, browser)
    assert (answer.status_code, "Your bank is looking into this payment" in answer.text) == (409, True)
    assert len(shop.stripe.api.sent(REFUND)) == 1
    shop.stripe.close_dispute(dispute["id"], "won")
    tell(shop)
    assert "Request a refund" in browser.get("/account/").text


def test_what_stripe_refuses_the_reader_is_said_to_them(shop: Shop) -> None:
    browser = buyer(shop)
    shop.stripe.open_dispute(shop.rows(Order)[0].checkout_session_id)
    answer = post_refund(shop, browser)
    assert (answer.status_code, "Your bank is looking into this payment" in answer.text) == (409, True)


def test_an_inquiry_can_be_settled_by_a_refund(shop: Shop) -> None:
    browser = buyer(shop)
    shop.stripe.open_dispute(shop.rows(Order)[0].checkout_session_id, status="warning_needs_response")
    tell(shop)
    assert "Request a refund" in browser.get("/account/").text
    assert post_refund(shop, browser).status_code == 303
    assert [request.state for request in shop.rows(RefundRequest)] == ["done"]


def test_a_refund_without_a_status_counts_as_pending(shop: Shop, bought: str) -> None:
    made = shop.stripe.refund(bought)
    shop.stripe.change(made["id"], status=None)
    tell(shop)
    assert (shop.ad_free(), states(shop)) == ([False], [(1, 499, "pending")])


@pytest.mark.parametrize(("days", "status"), [(13.9, 303), (14.1, 409)])
def test_after_a_debit_the_fourteen_days_begin_when_the_bank_has_paid(
    shop: Shop, days: float, status: int
) -> None:
    browser = shop.browser()
    session_id = shop.order(browser)
    shop.stripe.pay_by_bank_debit(session_id)
    tell(shop)
    settled = clock.now() + timedelta(days=15)
    with time_machine.travel(settled, tick=False):
        shop.stripe.settle_payment(session_id)
        assert set(shop.deliver_all("checkout.session.async_payment_succeeded")) == {200}
        assert shop.rows(Payment)[0].paid_at == settled
    with time_machine.travel(settled + timedelta(days=days), tick=False):
        assert post_refund(shop, browser).status_code == status
