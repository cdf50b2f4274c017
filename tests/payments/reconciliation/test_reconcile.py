"""Stripe against the ledger, both ways; and what the operator must hear of."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine

from carrel import clock
from payments.fulfillment.fulfill import fulfill
from payments.models import Grant, Order, Payment, Reconciliation, Refund, StripeEvent
from payments.reconciliation import reconcile as reconciling
from payments.reconciliation.reconcile import reconcile
from payments.stripe.client import StripeUnavailableError
from tests.support.payments import Till


def whats(till: Till) -> list[str]:
    """What a comparison would tell, without doing anything."""
    return [each.what for each in reconcile(till.shop, apply=False).found]


def test_pf_06_without_webhook_and_return_the_reconciler_gives_the_pass(till: Till) -> None:
    till.buy()
    report = reconcile(till.shop)
    assert (till.ad_free(), till.count(Grant), len(till.mails())) == ([True], 1, 1)
    assert ([each.what for each in report.found], report.left) == (
        ["was paid, and the ledger does not have it"],
        [],
    )


def test_a_second_run_finds_nothing(till: Till) -> None:
    till.buy()
    reconcile(till.shop)
    report = reconcile(till.shop)
    assert (report.found, till.count(Grant), len(till.mails())) == ([], 1, 1)


def test_only_telling_changes_nothing(till: Till) -> None:
    till.buy()
    assert whats(till) == ["was paid, and the ledger does not have it"]
    assert (till.count(Payment), till.count(StripeEvent), till.count(Reconciliation)) == (0, 0, 0)


def test_two_at_once_enter_everything_once(till: Till) -> None:
    for _ in range(3):
        till.buy()
    together = threading.Barrier(2)

    def run(_: int) -> None:
        together.wait()
        reconcile(till.shop)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    assert (till.count(Payment), till.count(Grant), len(till.mails())) == (3, 3, 3)


def test_pf_07_three_days_of_lost_events_are_made_up_for(till: Till) -> None:
    sessions = [till.buy() for _ in range(4)]
    till.stripe.refund(sessions[1])
    till.stripe.open_dispute(sessions[2])
    reconcile(till.shop)
    assert till.ad_free() == [True, False, False, True]
    assert (till.count(Grant), len(till.mails())) == (4, 6)
    assert whats(till) == ["has a dispute (needs_response here)"]


def test_events_that_nobody_took_are_handled(till: Till) -> None:
    session_id = till.buy()
    reconcile(till.shop)
    till.stripe.webhooks.to("http://127.0.0.1:9/webhooks/stripe", "whsec_carrel")
    till.stripe.webhooks.drop_all()
    till.stripe.refund(session_id)
    till.stripe.webhooks.drain()
    assert {what.partition(" ")[0] for what in whats(till)} >= {"charge.refunded", "has"}
    reconcile(till.shop)
    assert till.ad_free() == [False]
    assert {event.received_at for event in till.rows(StripeEvent)} == {None}
    assert whats(till) == []


def test_an_expired_order_is_closed(till: Till) -> None:
    till.stripe.expire(till.order(till.browser()))
    assert whats(till) == ["is expired at Stripe, open here"]
    reconcile(till.shop)
    assert [order.state for order in till.rows(Order)] == ["expired"]


def test_a_failed_refund_is_noticed(till: Till) -> None:
    session_id = till.buy()
    made = till.stripe.refund(session_id)
    fulfill(till.shop, session_id)
    till.stripe.fail_refund(made["id"])
    assert whats(till) == ["has other refunds at Stripe"]
    reconcile(till.shop)
    assert (till.ad_free(), till.count(Refund)) == ([True], 2)


def test_a_dispute_that_was_decided_is_noticed(till: Till) -> None:
    session_id = till.buy()
    made = till.stripe.open_dispute(session_id)
    fulfill(till.shop, session_id)
    till.stripe.close_dispute(made["id"], "won")
    reconcile(till.shop)
    assert (till.ad_free(), whats(till)) == ([True], [])


def test_somebody_elses_sales_are_none_of_our_business(till: Till) -> None:
    till.stripe.foreign_sale()
    assert whats(till) == []
    reconcile(till.shop)
    assert (till.count(Payment), till.alarms()) == (0, [])


def test_when_stripe_is_away_nothing_is_concluded(till: Till) -> None:
    till.buy()
    till.stripe.api.down()
    with pytest.raises(StripeUnavailableError):
        reconcile(till.shop)
    assert reconciling.run(till.services) is False
    assert till.count(Reconciliation) == 0


def test_one_that_cannot_be_mended_keeps_no_other_from_it(till: Till) -> None:
    nothing, nonsense = till.buy(), till.buy()
    till.buy()
    till.stripe.change(nothing, amount_subtotal=None)
    till.stripe.change(nonsense, amount_subtotal="much")
    report = reconcile(till.shop)
    assert till.ad_free() == [False, False, True]
    assert {each.about for each in report.left} == {nothing, nonsense}


def test_somebody_elses_session_may_look_like_anything(till: Till) -> None:
    till.stripe.change(till.stripe.foreign_sale()["id"], amount_subtotal="much", mode=None)
    assert whats(till) == []


def later(till: Till, **by: float) -> None:
    """Compare again after a while."""
    with time_machine.travel(clock.now() + timedelta(**by), tick=False):
        reconcile(till.shop)


def test_pay_25_paid_for_a_quarter_of_an_hour_without_an_entry_is_an_alarm(till: Till) -> None:
    till.stripe.change(till.buy(), amount_subtotal=None)
    later(till, minutes=14)
    assert "unfulfilled" not in till.alarms()
    later(till, minutes=16)
    assert "unfulfilled" in till.alarms()


def test_pay_25_a_pass_without_a_payment_is_an_alarm(till: Till) -> None:
    fulfill(till.shop, till.buy())
    till.stripe.change(till.stripe.sessions()[0]["id"], payment_status="unpaid")
    later(till, minutes=5)
    assert "unpaid" not in till.alarms()
    later(till, minutes=16)
    assert "unpaid" in till.alarms()


def test_pay_26_silence_of_the_webhook_while_people_pay_is_an_alarm(till: Till) -> None:
    session_id = till.buy()
    fulfill(till.shop, session_id)
    later(till, minutes=119)
    assert till.alarms() == []
    later(till, minutes=121)
    assert till.alarms() == ["webhook-silence"]


def test_pay_26_a_webhook_that_is_heard_is_no_silence(till: Till) -> None:
    till.buy()
    till.deliver_all("checkout.session.completed")
    later(till, hours=3)
    assert till.alarms() == []


def test_the_worker_looks_back_three_days_and_once_a_night_ninety(till: Till) -> None:
    for hours in (0, 1, 23, 25, 26):
        with time_machine.travel(clock.now() + timedelta(hours=hours), tick=False):
            reconciling.run(till.services)
    assert [row.days for row in till.rows(Reconciliation)] == [90, 3, 3, 90, 3]


def test_a_shop_that_sells_nothing_compares_nothing(till: Till) -> None:
    till.set(stripe_webhook_secret=())
    assert reconciling.run(till.services) is False
    assert (till.count(Reconciliation), len(till.stripe.api.requests)) == (0, 0)
