"""Stripe refuses the key: it died, or a permission is missing. It is told at once, and nothing is given up."""

import pytest

from carrel.mail.models import Alarm
from payments import refunds
from payments.fulfillment.fulfill import fulfill
from payments.models import RefundRequest, StripeEvent
from payments.reconciliation.reconcile import run_reconciliation
from payments.refunds import send_next_to_stripe
from payments.webhooks.event_handler import handle_next_event
from tests.support.payments import Shop, order_of, try_to_buy

NO_REFUNDS = ("checkout_session_write", "charge_read", "dispute_read", "event_read")


def revoke(shop: Shop) -> None:
    shop.stripe.keys.revoke(shop.stripe.api_key)


def renew(shop: Shop) -> None:
    shop.stripe.keys.restrict(shop.stripe.api_key, *NO_REFUNDS, "charge_write")


def alarm(shop: Shop) -> Alarm:
    (only,) = shop.rows(Alarm)
    assert isinstance(only, Alarm)
    return only


def ask_for_refund(shop: Shop) -> None:
    refunds.refund(shop.context, order_of(shop).id, "desk", "asked by mail")


def test_a_paid_event_under_a_dead_key_is_told_and_waits(shop: Shop) -> None:
    shop.buy()
    revoke(shop)
    assert set(shop.deliver_all("checkout.session.completed")) == {500}
    assert alarm(shop).key == "stripe-key"
    assert "Invalid API Key provided" in alarm(shop).text
    assert "carrel stripe setup --new-key" in alarm(shop).text
    (event,) = shop.rows(StripeEvent)
    assert (event.tries, event.dead_at) == (0, None)


def test_it_is_handled_as_soon_as_the_key_is_renewed(shop: Shop) -> None:
    shop.buy()
    revoke(shop)
    shop.deliver_all("checkout.session.completed")
    renew(shop)
    (event,) = shop.rows(StripeEvent)
    with shop.services.db.write() as session:
        session.get_one(StripeEvent, event.id).next_try_at = event.created_at
    assert handle_next_event(shop.services)
    assert shop.ad_free() == [True]


def test_nobody_can_buy_and_it_is_told(shop: Shop) -> None:
    revoke(shop)
    assert try_to_buy(shop.browser()).status_code == 503
    assert alarm(shop).key == "stripe-key"


def test_a_comparison_that_stripe_refuses_is_told(shop: Shop) -> None:
    revoke(shop)
    run_reconciliation(shop.services)
    assert alarm(shop).key == "stripe-key"


def test_the_page_after_checkout_tells_it_too(shop: Shop) -> None:
    browser = shop.browser()
    session_id = shop.buy(browser)
    revoke(shop)
    assert browser.get(f"/pass/thanks?session={session_id}").status_code == 200
    assert alarm(shop).key == "stripe-key"


@pytest.mark.parametrize("tries", [1, 3])
def test_a_key_that_may_not_refund_is_told_once_by_the_permissions_name(shop: Shop, tries: int) -> None:
    fulfill(shop.context, shop.buy())
    shop.stripe.keys.restrict(shop.stripe.api_key, *NO_REFUNDS)
    ask_for_refund(shop)
    for _ in range(tries - 1):
        refunds.send_to_stripe(shop.context, shop.rows(RefundRequest)[0].id)
    assert alarm(shop).key == "stripe-permission:Charges and Refunds: Write"
    assert alarm(shop).count == 1
    assert "Charges and Refunds: Write in Stripe's dashboard" in alarm(shop).text
    assert shop.rows(RefundRequest)[0].state == "asked"


def test_the_refund_goes_on_when_the_permission_is_given(shop: Shop) -> None:
    fulfill(shop.context, shop.buy())
    shop.stripe.keys.restrict(shop.stripe.api_key, *NO_REFUNDS)
    ask_for_refund(shop)
    renew(shop)
    with shop.services.db.write() as session:
        request = session.get_one(RefundRequest, 1)
        request.next_try_at = request.requested_at
    assert send_next_to_stripe(shop.services)
    assert (shop.rows(RefundRequest)[0].state, shop.ad_free()) == ("done", [False])


def test_no_part_of_the_key_is_in_the_alarm(shop: Shop) -> None:
    revoke(shop)
    try_to_buy(shop.browser())
    assert shop.stripe.api_key[:7] not in alarm(shop).text
