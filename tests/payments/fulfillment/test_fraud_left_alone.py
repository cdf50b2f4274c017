"""Fraud warnings that refund nothing, or not yet: what is told, left to the operator, or not ours (PAY-23)."""

import pytest

from carrel.mail.models import Alarm
from payments.account_models import EarlyFraudWarning
from payments.fulfillment.fraud_warnings import apply_warning
from payments.fulfillment.fulfill import fulfill
from payments.models import Payment, RefundRequest
from payments.reconciliation import fraud_warnings
from tests.payments.fulfillment.fraud import CREATE, paid, settle, warned
from tests.support.payments import Shop

pytestmark = pytest.mark.both_databases
__all__ = ["paid"]


def test_what_is_wholly_refunded_or_disputed_is_only_told(shop: Shop) -> None:
    refunded, disputed = shop.buy(), shop.buy()
    for each in (refunded, disputed):
        fulfill(shop.context, each)
    shop.stripe.refund(refunded)
    shop.stripe.open_dispute(disputed)
    for each in (refunded, disputed):
        shop.stripe.warn_of_fraud(each)
    shop.deliver_all()
    settle(shop)
    assert shop.stripe.api.sent(CREATE) == []
    assert len(warned(shop)) == 2


def test_a_refund_of_somebody_elses_that_fails_leaves_it_to_be_done(shop: Shop, paid: str) -> None:
    """Wholly refunded when the warning came, so nothing was to be done; then that refund failed."""
    refund = shop.stripe.refund(paid)["id"]
    shop.stripe.warn_of_fraud(paid)
    shop.deliver_all()
    assert shop.count(RefundRequest) == 0
    shop.stripe.fail_refund(refund)
    shop.deliver_all()
    settle(shop)
    assert shop.count(RefundRequest) == 1
    assert [key.endswith(":refunded") for key in warned(shop)] == [False, True]


def test_a_refund_of_fraud_waits_for_an_actionable_warning(shop: Shop, paid: str) -> None:
    """Stripe says that nothing can be done, for a reason that we do not see."""
    warning = shop.stripe.warn_of_fraud(paid)
    shop.stripe.change(warning["id"], actionable=False)
    shop.deliver_all()
    assert shop.count(RefundRequest) == 0


def test_a_dispute_that_the_ledger_knows_keeps_a_late_warning_from_refunding(shop: Shop, paid: str) -> None:
    """The warning was read while it was actionable, and the dispute came before it was applied."""
    warning = shop.stripe.warn_of_fraud(paid)
    shop.stripe.open_dispute(paid)
    shop.stripe.change(warning["id"], actionable=True)
    shop.deliver_all()
    assert (shop.count(RefundRequest), len(warned(shop))) == (0, 1)


def test_an_inquiry_does_not_keep_it_from_being_refunded(shop: Shop, paid: str) -> None:
    warning = shop.stripe.warn_of_fraud(paid)
    shop.stripe.open_dispute(paid, status="warning_needs_response")
    shop.stripe.change(warning["id"], actionable=True)
    shop.deliver_all()
    settle(shop)
    assert shop.stripe.charge_of(paid)["amount_refunded"] == 499


def test_the_setting_leaves_it_to_the_operator(shop: Shop, paid: str) -> None:
    shop.set(refund_fraud_warnings=False)
    shop.stripe.warn_of_fraud(paid)
    shop.deliver_all()
    fraud_warnings.run_step(shop.services)
    settle(shop)
    assert shop.stripe.api.sent(CREATE) == []
    assert shop.ad_free() == [True]
    (alarm,) = [alarm for alarm in shop.rows(Alarm) if alarm.key.startswith("fraud-warning:")]
    assert "not refunded automatically" in alarm.text


def test_a_warning_about_somebody_elses_payment_is_ignored(shop: Shop) -> None:
    foreign = shop.stripe.sell_unrelated_product()["id"]
    shop.stripe.warn_of_fraud(foreign)
    assert set(shop.deliver_all("radar.early_fraud_warning.created")) == {200}
    fraud_warnings.run_step(shop.services)
    assert (shop.count(EarlyFraudWarning), shop.count(Payment), warned(shop)) == (0, 0, [])


def test_a_warning_without_a_payment_is_not_taken_for_one_about_a_free_pass(shop: Shop) -> None:
    shop.set(pass_promotion_codes=True)
    for _ in range(2):
        free = shop.order(shop.browser())
        shop.stripe.pay_nothing(free)
        fulfill(shop.context, free)
    foreign = shop.stripe.warn_of_fraud(shop.stripe.sell_unrelated_product()["id"])["id"]
    shop.stripe.change(foreign, payment_intent=None)
    fraud_warnings.run_step(shop.services)
    warning = shop.context.stripe.retrieve_fraud_warning(foreign)
    with shop.services.db.write() as session:
        apply_warning(session, shop.services.settings, warning)
    assert (shop.count(EarlyFraudWarning), shop.ad_free()) == (0, [True, True])
