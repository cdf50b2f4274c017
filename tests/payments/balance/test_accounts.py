"""The accounts of shops whose histories were worked out by hand, and their agreement with the ledger."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, update

from carrel import clock
from payments.account_models import BalanceTransaction
from payments.balance import accounts, agreement
from payments.balance.months import Group, Month
from payments.fulfillment.fulfill import fulfill
from payments.models import Payment
from tests.payments.balance.accounting import read_again, read_all
from tests.support.payments import Shop
from website.demo.fake_stripe import Fees

pytestmark = pytest.mark.both_databases


def sales(shop: Shop) -> Month:
    (month,) = shop.read(accounts.sales_months)
    assert isinstance(month, Month)
    return month


def bought(shop: Shop, **paid: Any) -> str:
    session_id = shop.buy(**paid)
    fulfill(shop.context, session_id)
    return session_id


def test_every_way_a_payment_may_go_is_in_the_sales_and_in_the_balance(shop: Shop) -> None:
    """Five passes of 4.99, each at 44 cents: kept, refunded, part refunded, lost, won.

    Paid 24.95. Refunded 4.99 + 1.00. Lost 4.99, its fee and the other's 15.00 each. Kept:
    24.95 - 5.99 - 4.99 - 5 x 0.44 - 30.00 = -18.23. Somebody else's sale of 12.00 costs 65 cents and is not ours.
    """
    _, refunded, part, lost, won = (bought(shop) for _ in range(5))
    shop.stripe.refund(refunded)
    shop.stripe.refund(part, 100)
    shop.stripe.close_dispute(shop.stripe.open_dispute(lost)["id"], "lost")
    shop.stripe.close_dispute(shop.stripe.open_dispute(won)["id"], "won")
    shop.stripe.sell_unrelated_product(amount=1200)
    read_all(shop)
    month = sales(shop)
    assert (month.payment_count, month.amounts[Group.PAYMENTS]) == (5, 2495)
    assert (month.amounts[Group.REFUNDS], month.amounts[Group.CHARGEBACKS]) == (-599, -499)
    assert (month.payment_fees, month.dispute_fees, month.net) == (-220, -3000, -1823)
    (balance,) = shop.read(accounts.balance_months)
    assert balance.amounts[Group.PAYMENTS] == 3695
    assert balance.closing == -1823 + 1200 - 65


def test_tax_and_discount_come_from_the_session_and_a_refund_returns_its_share(shop: Shop) -> None:
    """4.99 - 1.00 discount + 0.33 tax = 4.32. A refund of 1.44 has a third of the tax, the whole one all of it."""
    paid = bought(shop, tax=33, discount=100)
    shop.stripe.refund(paid, 144)
    read_all(shop)
    month = sales(shop)
    assert (month.amounts[Group.PAYMENTS], month.discounts, month.tax) == (432, 100, 22)
    shop.stripe.refund(paid, 100)
    failing = shop.stripe.refund(paid)
    read_again(shop)
    assert (sales(shop).amounts[Group.REFUNDS], sales(shop).tax) == (-432, 0)
    shop.stripe.fail_refund(failing["id"])
    read_again(shop)
    assert sales(shop).tax == 14  # 2.44 of 4.32 are refunded: 18.64 cents of 33


def test_a_payment_recorded_before_tax_was_counts_none(shop: Shop) -> None:
    bought(shop)
    (payment,) = shop.rows(Payment)
    assert (payment.tax_cents, payment.discount_cents) == (0, 0)
    read_all(shop)
    assert (sales(shop).tax, sales(shop).discounts) == (0, 0)


def test_settled_in_another_currency_the_sales_stay_in_the_ledgers_own(shop: Shop) -> None:
    """https://docs.stripe.com/api/balance_transactions/object, exchange_rate: 4.99 at 0.9 are 4.49.

    2.9% of it and 0.30 are 0.43, in dollars 0.43 x 4.99 / 4.49 = 0.48. The refund is settled at 0.8, as 3.99, and
    the dispute's fee of 15.00 is 15.00 x 4.99 / 3.99 = 18.76 dollars.
    """
    shop.stripe.charge_fees(Fees(currency="eur", rate=Decimal("0.9")))
    refunded, disputed = bought(shop), bought(shop)
    shop.stripe.charge_fees(Fees(currency="eur", rate=Decimal("0.8")))
    shop.stripe.refund(refunded)
    shop.stripe.open_dispute(disputed)
    read_all(shop)
    month = sales(shop)
    assert (month.currency, month.amounts[Group.PAYMENTS]) == ("usd", 998)
    assert (month.amounts[Group.REFUNDS], month.amounts[Group.CHARGEBACKS]) == (-499, -499)
    assert (month.payment_fees, month.dispute_fees) == (-96, -1876)
    (balance,) = shop.read(accounts.balance_months)
    assert (balance.currency, balance.amounts[Group.PAYMENTS], balance.payment_fees) == ("eur", 898, -86)
    assert balance.closing == 898 - 86 - 399 - 399 - 1500


def an_hour_later(shop: Shop) -> list[str]:
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        read_all(shop)
    found = shop.read(agreement.disagreements)
    assert isinstance(found, list)
    return found


def test_the_ledger_and_the_balance_agree(shop: Shop) -> None:
    paid = [bought(shop) for _ in range(3)]
    failing = shop.stripe.refund(paid[0], 100)
    shop.stripe.refund(paid[1])
    shop.stripe.fail_refund(failing["id"])
    for each in paid:
        fulfill(shop.context, each)
    assert an_hour_later(shop) == []


def test_a_refund_that_the_ledger_does_not_know_is_found(shop: Shop) -> None:
    paid = bought(shop)
    shop.stripe.refund(paid, 100)
    assert an_hour_later(shop) == [shop.stripe.get(paid)["payment_intent"]]


def test_a_payment_without_a_transaction_and_one_of_another_amount_are_found(shop: Shop) -> None:
    first, second = (shop.stripe.get(bought(shop))["payment_intent"] for _ in range(2))
    assert an_hour_later(shop) == []
    with shop.services.db.write() as session:
        session.execute(delete(BalanceTransaction).where(BalanceTransaction.payment_intent == first))
        session.execute(
            update(BalanceTransaction)
            .where(BalanceTransaction.payment_intent == second)
            .values(customer_cents=498)
        )
    assert shop.read(agreement.disagreements) == [first, second]


def test_what_has_just_happened_is_no_disagreement(shop: Shop) -> None:
    bought(shop)
    assert shop.read(agreement.disagreements) == []
    read_all(shop)
    shop.stripe.refund(bought(shop))
    assert shop.read(agreement.disagreements) == []


def test_a_free_pass_has_no_transaction_and_is_no_disagreement(shop: Shop) -> None:
    shop.set(pass_promotion_codes=True)
    free = shop.order(shop.browser())
    shop.stripe.pay_nothing(free)
    fulfill(shop.context, free)
    assert shop.count(Payment) == 1
    assert an_hour_later(shop) == []
