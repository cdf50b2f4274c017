"""What is deleted, and what stays."""

from datetime import timedelta

import time_machine

from carrel import clock
from payments import retention
from payments.fulfillment.fulfill import fulfill
from payments.models import Claim, Order, Payment, StripeEvent
from payments.reconciliation.reconcile import reconcile
from tests.support.payments import Shop


def after(shop: Shop, days: int) -> bool:
    with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
        return retention.run_step(shop.services)


def test_data_21_handled_events_and_unpaid_orders_go_after_ninety_days(shop: Shop) -> None:
    shop.order(shop.browser())
    shop.buy()
    shop.deliver_all("checkout.session.completed")
    reconcile(shop.context)
    assert not after(shop, 89)
    assert after(shop, 91)
    assert (shop.count(StripeEvent), shop.count(Order), shop.count(Payment)) == (0, 1, 1)
    assert not after(shop, 91)


def test_what_waits_stays(shop: Shop) -> None:
    session_id = shop.order(shop.browser())
    shop.stripe.pay_by_bank_debit(session_id)
    fulfill(shop.context, session_id)
    shop.stripe.api.down()
    shop.deliver_all("checkout.session.completed")
    assert not after(shop, 400)
    assert (shop.count(StripeEvent), shop.count(Order)) == (1, 1)


def test_the_claim_of_an_unpaid_order_goes_with_it(shop: Shop) -> None:
    session_id = shop.order(shop.browser())
    shop.stripe.pay_by_bank_debit(session_id)
    fulfill(shop.context, session_id)
    shop.stripe.fail_payment(session_id)
    fulfill(shop.context, session_id)
    assert shop.count(Claim) == 1
    after(shop, 91)
    assert (shop.count(Claim), shop.count(Order)) == (0, 0)
