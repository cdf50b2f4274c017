"""What is thrown away, and what stays."""

from datetime import timedelta

import time_machine

from carrel import clock
from payments import retention
from payments.fulfillment.fulfill import fulfill
from payments.models import Claim, Order, Payment, StripeEvent
from payments.reconciliation.reconcile import reconcile
from tests.support.payments import Till


def after(till: Till, days: int) -> bool:
    with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
        return retention.throw_away(till.services)


def test_data_21_handled_events_and_unpaid_orders_go_after_ninety_days(till: Till) -> None:
    till.order(till.browser())
    till.buy()
    till.deliver_all("checkout.session.completed")
    reconcile(till.shop)
    assert not after(till, 89)
    assert after(till, 91)
    assert (till.count(StripeEvent), till.count(Order), till.count(Payment)) == (0, 1, 1)
    assert not after(till, 91)


def test_what_waits_stays(till: Till) -> None:
    session_id = till.order(till.browser())
    till.stripe.pay_later(session_id)
    fulfill(till.shop, session_id)
    till.stripe.api.down()
    till.deliver_all("checkout.session.completed")
    assert not after(till, 400)
    assert (till.count(StripeEvent), till.count(Order)) == (1, 1)


def test_the_claim_of_an_unpaid_order_goes_with_it(till: Till) -> None:
    session_id = till.order(till.browser())
    till.stripe.pay_later(session_id)
    fulfill(till.shop, session_id)
    till.stripe.fail(session_id)
    fulfill(till.shop, session_id)
    assert till.count(Claim) == 1
    after(till, 91)
    assert (till.count(Claim), till.count(Order)) == (0, 0)
