"""PAY-23, PF-28: a payment that a bank calls fraud is refunded by itself, once, whatever comes first."""

from itertools import permutations

import pytest
from sqlalchemy import select

from carrel.mail.models import Alarm
from payments.account_models import EarlyFraudWarning
from payments.fulfillment.fulfill import fulfill
from payments.ledger.rebuild import find_mismatches
from payments.models import Refund, RefundRequest
from payments.reconciliation import fraud_warnings
from tests.payments.fulfillment.fraud import CREATE, paid, settle, warned
from tests.payments.gift_shop import code_of, gift_of, give, redeem, send_all
from tests.support.payments import Shop

pytestmark = pytest.mark.both_databases
__all__ = ["paid"]


def test_a_warning_refunds_everything_takes_the_pass_and_tells(shop: Shop, paid: str) -> None:
    warning = shop.stripe.warn_of_fraud(paid)
    assert shop.deliver_all("radar.early_fraud_warning.created") == [200]
    settle(shop)
    assert shop.stripe.charge_of(paid)["amount_refunded"] == 499
    (made,) = shop.stripe.api.sent(CREATE)
    assert (
        made.params["reason"] == "fraudulent"
    )  # Stripe then blocks the card: docs.stripe.com/api/refunds/create
    assert shop.ad_free() == [False]
    (row,) = shop.read(lambda session: session.scalars(select(EarlyFraudWarning)).all())
    assert (row.stripe_id, row.fraud_type) == (warning["id"], "unauthorized_use_of_card")
    assert warned(shop) == [f"fraud-warning:{warning['id']}:refunded"]
    (alarm,) = [alarm for alarm in shop.rows(Alarm) if alarm.key.startswith("fraud-warning:")]
    assert "is being refunded" in alarm.text
    assert "unauthorized use of card" in alarm.text
    assert "@" not in alarm.text


@pytest.mark.parametrize("was_used", [False, True])
def test_a_warned_gift_ends_for_whoever_has_it_and_a_later_dispute_changes_nothing(
    shop: Shop, was_used: bool
) -> None:
    bob, session_id = shop.browser(), give(shop, email="bob@example.org", message="Good luck")
    code = code_of(shop, session_id)
    if was_used:
        assert redeem(bob, code).status_code == 200
    shop.stripe.warn_of_fraud(session_id)
    shop.deliver_all("radar.early_fraud_warning.created")
    settle(shop)
    assert not any(shop.ad_free())
    assert redeem(shop.browser(), code).status_code == 409
    assert (gift_of(shop, session_id).recipient, send_all(shop)) == (None, 0)
    shop.stripe.open_dispute(session_id)
    fulfill(shop.context, session_id)
    fraud_warnings.run_step(shop.services)
    settle(shop)
    assert (len(shop.rows(RefundRequest)), any(shop.ad_free())) == (1, False)
    assert not list(find_mismatches(shop.services.db))


def test_pf_28_a_warning_told_often_and_looked_for_refunds_once(shop: Shop, paid: str) -> None:
    shop.stripe.warn_of_fraud(paid)
    for _ in range(3):
        shop.deliver_all()
        settle(shop)
        fraud_warnings.run_step(shop.services)
    settle(shop)
    assert (shop.count(RefundRequest), shop.count(Refund)) == (1, 1)
    assert len(shop.stripe.api.sent(CREATE)) == 1
    assert len(warned(shop)) == 1


def test_two_warnings_of_one_payment_refund_once(shop: Shop, paid: str) -> None:
    shop.stripe.warn_of_fraud(paid)
    shop.stripe.warn_of_fraud(paid, "misc")
    shop.deliver_all()
    settle(shop)
    assert (shop.count(EarlyFraudWarning), len(shop.stripe.api.sent(CREATE))) == (2, 1)


def test_a_warning_before_the_payment_is_recorded_records_it_and_refunds_it(shop: Shop) -> None:
    paid = shop.buy()
    shop.stripe.warn_of_fraud(paid)
    assert shop.deliver_all("radar.early_fraud_warning.created") == [200]
    settle(shop)
    assert shop.stripe.charge_of(paid)["amount_refunded"] == 499
    assert shop.ad_free() == [False]


def test_of_a_refunded_part_the_rest_is_refunded(shop: Shop, paid: str) -> None:
    shop.stripe.refund(paid, 100)
    shop.stripe.warn_of_fraud(paid)
    shop.deliver_all()
    settle(shop)
    (request,) = shop.rows(RefundRequest)
    assert (request.amount_cents, shop.stripe.charge_of(paid)["amount_refunded"]) == (399, 499)


def test_a_part_that_is_refunded_before_the_worker_asks_leaves_the_rest_to_be_asked_for(
    shop: Shop, paid: str
) -> None:
    shop.stripe.warn_of_fraud(paid)
    shop.deliver_all()
    shop.stripe.refund(paid, 100)
    shop.deliver_all()
    settle(shop)
    assert shop.stripe.charge_of(paid)["amount_refunded"] == 100
    fraud_warnings.run_step(shop.services)
    settle(shop)
    assert shop.stripe.charge_of(paid)["amount_refunded"] == 499
    assert len(shop.stripe.api.sent(CREATE)) == 1


def test_a_refund_that_fails_is_not_tried_again_by_itself(shop: Shop, paid: str) -> None:
    shop.stripe.warn_of_fraud(paid)
    shop.deliver_all()
    settle(shop)
    (refund,) = shop.rows(Refund)
    shop.stripe.fail_refund(refund.stripe_id)
    shop.deliver_all()
    fraud_warnings.run_step(shop.services)
    settle(shop)
    assert len(shop.stripe.api.sent(CREATE)) == 1
    assert f"refund-failed:{refund.stripe_id}" in shop.alarms()


def test_without_an_event_it_is_found(shop: Shop, paid: str) -> None:
    shop.stripe.warn_of_fraud(paid)
    assert not fraud_warnings.run_step(shop.services)
    settle(shop)
    assert shop.stripe.charge_of(paid)["amount_refunded"] == 499


def test_one_warning_that_cannot_be_applied_does_not_stop_the_others(shop: Shop) -> None:
    first, second = shop.buy(), shop.buy()
    for each in (first, second):
        fulfill(shop.context, each)
        shop.stripe.warn_of_fraud(each)
    shop.stripe.change(second, amount_total=None, payment_status="paid", status=5)
    fraud_warnings.run_step(shop.services)
    settle(shop)
    assert shop.stripe.charge_of(first)["amount_refunded"] == 499


def test_stripe_away_it_waits(shop: Shop, paid: str) -> None:
    shop.stripe.warn_of_fraud(paid)
    shop.stripe.api.down()
    assert not fraud_warnings.run_step(shop.services)
    assert shop.deliver_all("radar.early_fraud_warning.created") == [500]
    shop.stripe.api.up()
    fraud_warnings.run_step(shop.services)
    settle(shop)
    assert shop.stripe.charge_of(paid)["amount_refunded"] == 499


@pytest.mark.parametrize("order", list(permutations(["warning", "refund", "dispute"])), ids="-".join)
def test_in_any_order_with_a_refund_and_a_dispute_nothing_is_paid_back_twice(
    shop: Shop, paid: str, order: tuple[str, ...]
) -> None:
    for what in order:
        if what == "warning":
            shop.stripe.warn_of_fraud(paid)
        elif what == "dispute":
            shop.stripe.open_dispute(paid)
        elif not shop.stripe.charge_of(paid)["refunded"]:
            try_to_refund(shop, paid)
        shop.deliver_all()
        settle(shop)
    shop.deliver_all()
    fraud_warnings.run_step(shop.services)
    settle(shop)
    refunded = shop.stripe.charge_of(paid)["amount_refunded"]
    made = [refund for refund in shop.rows(Refund) if refund.status == "succeeded"]
    assert refunded == sum(refund.amount_cents for refund in made) == (0 if order[0] == "dispute" else 499)
    assert not [key for key in shop.alarms() if key.startswith("refund-refused")]


def try_to_refund(shop: Shop, paid: str) -> None:
    """The bank may have taken it back already: then Stripe refuses."""
    if not shop.stripe.charge_of(paid)["disputed"]:
        shop.stripe.refund(paid)
