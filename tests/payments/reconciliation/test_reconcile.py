"""Comparing Stripe with the ledger, both ways, and alerting the operator."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from carrel import clock
from payments.fulfillment.fulfill import fulfill
from payments.models import Grant, Order, Payment, Reconciliation, Refund, StripeEvent
from payments.reconciliation import reconcile as reconciling
from payments.reconciliation.reconcile import reconcile
from payments.stripe.client import StripeUnavailableError
from tests.support.payments import Shop


def descriptions(shop: Shop) -> list[str]:
    """What a comparison would tell, without doing anything."""
    return [difference.description for difference in reconcile(shop.context, apply=False).differences]


def test_pf_06_without_webhook_and_return_the_reconciler_gives_the_pass(shop: Shop) -> None:
    shop.buy()
    report = reconcile(shop.context)
    assert (shop.ad_free(), shop.count(Grant), len(shop.mails())) == ([True], 1, 1)
    assert ([difference.description for difference in report.differences], report.unresolved) == (
        ["was paid, and the ledger does not have it"],
        [],
    )


def test_a_second_run_finds_nothing(shop: Shop) -> None:
    shop.buy()
    reconcile(shop.context)
    report = reconcile(shop.context)
    assert (report.differences, shop.count(Grant), len(shop.mails())) == ([], 1, 1)


def test_only_telling_changes_nothing(shop: Shop) -> None:
    shop.buy()
    assert descriptions(shop) == ["was paid, and the ledger does not have it"]
    assert (shop.count(Payment), shop.count(StripeEvent), shop.count(Reconciliation)) == (0, 0, 0)


def test_two_at_once_enter_everything_once(shop: Shop) -> None:
    for _ in range(3):
        shop.buy()
    together = threading.Barrier(2)

    def run(_: int) -> None:
        together.wait()
        reconcile(shop.context)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    assert (shop.count(Payment), shop.count(Grant), len(shop.mails())) == (3, 3, 3)


def test_pf_07_three_days_of_lost_events_are_made_up_for(shop: Shop) -> None:
    sessions = [shop.buy() for _ in range(4)]
    shop.stripe.refund(sessions[1])
    shop.stripe.open_dispute(sessions[2])
    reconcile(shop.context)
    assert shop.ad_free() == [True, False, False, True]
    assert (shop.count(Grant), len(shop.mails())) == (4, 6)
    assert descriptions(shop) == ["has a dispute (needs_response here)"]


def test_events_that_nobody_took_are_handled(shop: Shop) -> None:
    session_id = shop.buy()
    reconcile(shop.context)
    shop.stripe.webhooks.to("http://127.0.0.1:9/webhooks/stripe", "whsec_carrel")
    shop.stripe.webhooks.drop_all()
    shop.stripe.refund(session_id)
    shop.stripe.webhooks.drain()
    assert {description.partition(" ")[0] for description in descriptions(shop)} >= {"charge.refunded", "has"}
    reconcile(shop.context)
    assert shop.ad_free() == [False]
    assert {event.received_at for event in shop.rows(StripeEvent)} == {None}
    assert descriptions(shop) == []


def test_an_expired_order_is_closed(shop: Shop) -> None:
    shop.stripe.expire(shop.order(shop.browser()))
    assert descriptions(shop) == ["is expired at Stripe, open here"]
    reconcile(shop.context)
    assert [order.state for order in shop.rows(Order)] == ["expired"]


def test_a_failed_refund_is_noticed(shop: Shop) -> None:
    session_id = shop.buy()
    made = shop.stripe.refund(session_id)
    fulfill(shop.context, session_id)
    shop.stripe.fail_refund(made["id"])
    assert descriptions(shop) == ["has other refunds at Stripe"]
    reconcile(shop.context)
    assert (shop.ad_free(), shop.count(Refund)) == ([True], 2)


def test_a_dispute_that_was_decided_is_noticed(shop: Shop) -> None:
    session_id = shop.buy()
    made = shop.stripe.open_dispute(session_id)
    fulfill(shop.context, session_id)
    shop.stripe.close_dispute(made["id"], "won")
    reconcile(shop.context)
    assert (shop.ad_free(), descriptions(shop)) == ([True], [])


def test_somebody_elses_sales_are_none_of_our_business(shop: Shop) -> None:
    shop.stripe.sell_unrelated_product()
    assert descriptions(shop) == []
    reconcile(shop.context)
    assert (shop.count(Payment), shop.alarms()) == (0, [])


def test_when_stripe_is_away_nothing_is_concluded(shop: Shop) -> None:
    shop.buy()
    shop.stripe.api.down()
    with pytest.raises(StripeUnavailableError):
        reconcile(shop.context)
    assert reconciling.run_reconciliation(shop.services) is False
    assert shop.count(Reconciliation) == 0


def test_one_that_cannot_be_mended_keeps_no_other_from_it(shop: Shop) -> None:
    nothing, nonsense = shop.buy(), shop.buy()
    shop.buy()
    shop.stripe.change(nothing, amount_subtotal=None)
    shop.stripe.change(nonsense, amount_subtotal="much")
    report = reconcile(shop.context)
    assert shop.ad_free() == [False, False, True]
    assert {difference.object_id for difference in report.unresolved} == {nothing, nonsense}


def test_somebody_elses_session_may_look_like_anything(shop: Shop) -> None:
    shop.stripe.change(shop.stripe.sell_unrelated_product()["id"], amount_subtotal="much", mode=None)
    assert descriptions(shop) == []


def later(shop: Shop, **by: float) -> None:
    """Compare again after a while."""
    with time_machine.travel(clock.now() + timedelta(**by), tick=False):
        reconcile(shop.context)


def test_pay_25_paid_for_a_quarter_of_an_hour_without_an_entry_is_an_alarm(shop: Shop) -> None:
    shop.stripe.change(shop.buy(), amount_subtotal=None)
    later(shop, minutes=14)
    assert "unfulfilled" not in shop.alarms()
    later(shop, minutes=16)
    assert "unfulfilled" in shop.alarms()


def test_pay_25_a_pass_without_a_payment_is_an_alarm(shop: Shop) -> None:
    fulfill(shop.context, shop.buy())
    shop.stripe.change(shop.stripe.sessions()[0]["id"], payment_status="unpaid")
    later(shop, minutes=5)
    assert "unpaid" not in shop.alarms()
    later(shop, minutes=16)
    assert "unpaid" in shop.alarms()


def test_pay_26_silence_of_the_webhook_while_people_pay_is_an_alarm(shop: Shop) -> None:
    session_id = shop.buy()
    fulfill(shop.context, session_id)
    later(shop, minutes=119)
    assert shop.alarms() == []
    later(shop, minutes=121)
    assert shop.alarms() == ["webhook-silence"]


def test_pay_26_a_webhook_that_is_heard_is_no_silence(shop: Shop) -> None:
    shop.buy()
    shop.deliver_all("checkout.session.completed")
    later(shop, hours=3)
    assert shop.alarms() == []


def test_the_worker_looks_back_three_days_and_once_a_night_ninety(shop: Shop) -> None:
    for hours in (0, 1, 23, 25, 26):
        with time_machine.travel(clock.now() + timedelta(hours=hours), tick=False):
            reconciling.run_reconciliation(shop.services)
    assert [row.days for row in shop.rows(Reconciliation)] == [3, 90, 3, 3, 3, 90, 3]


def test_a_long_listing_that_fails_keeps_no_pass_from_todays_buyers(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.buy()
    list_sessions = shop.context.stripe.list_checkout_sessions

    def fail_when_far(since: datetime) -> Iterator[dict[str, Any]]:
        if since < clock.now() - timedelta(days=4):
            raise StripeUnavailableError
        yield from list_sessions(since)

    monkeypatch.setattr(shop.context.stripe, "list_checkout_sessions", fail_when_far)
    reconciling.run_reconciliation(shop.services)
    assert ([row.days for row in shop.rows(Reconciliation)], shop.ad_free()) == ([3], [True])


def test_a_read_that_fails_once_is_not_even_noticed(shop: Shop) -> None:
    shop.buy()
    shop.stripe.api.fail(503, path="GET /v1/checkout/sessions")
    shop.stripe.api.fail(503, path="GET /v1/checkout/sessions/*")
    shop.stripe.api.fail(503, path="GET /v1/events")
    reconcile(shop.context)
    assert shop.ad_free() == [True]


def test_a_shop_that_sells_nothing_compares_nothing(shop: Shop) -> None:
    shop.set(stripe_webhook_secret=())
    assert reconciling.run_reconciliation(shop.services) is False
    assert (shop.count(Reconciliation), len(shop.stripe.api.requests)) == (0, 0)
