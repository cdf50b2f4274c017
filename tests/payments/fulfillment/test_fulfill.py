"""Fulfillment: whose payment it is, what it buys, and who is notified."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from payments.fulfillment.fulfill import fulfill
from payments.models import Grant, Order, Payment
from tests.support.payments import Shop, order_of, outcome


def test_a_paid_session_is_entered_with_its_sums(shop: Shop) -> None:
    fulfill(shop.context, shop.buy())
    (payment,) = shop.rows(Payment)
    assert (payment.amount_cents, payment.subtotal_cents, payment.currency) == (499, 499, "usd")
    assert (order_of(shop).state, outcome(shop), shop.ad_free()) == ("paid", ("granted", ""), [True])


def test_pay_06_entering_it_again_changes_nothing(shop: Shop) -> None:
    session_id = shop.buy()
    for _ in range(3):
        fulfill(shop.context, session_id)
    assert (shop.count(Payment), shop.count(Grant), len(shop.mails()), order_of(shop).version) == (1, 1, 1, 1)


@pytest.mark.sweep
def test_n3_a_hundred_at_once_enter_it_once(shop: Shop) -> None:
    session_id, together = shop.buy(), threading.Barrier(20)

    def one(_: int) -> None:
        together.wait()
        for _ in range(5):
            with suppress(
                OperationalError
            ):  # SQLite is busy for too long on a slow machine: it is asked again
                fulfill(shop.context, session_id)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(one, range(20)))
    assert (shop.count(Payment), shop.count(Grant), len(shop.mails())) == (1, 1, 1)


@pytest.mark.parametrize("status", ["open", "expired"])
def test_pay_07_what_is_not_complete_gives_nothing(shop: Shop, status: str) -> None:
    session_id = shop.order(shop.browser())
    shop.stripe.change(session_id, status=status)
    assert fulfill(shop.context, session_id).state == status
    assert (shop.count(Payment), shop.ad_free()) == (0, [False])


def test_pf_11_completed_but_unpaid_waits(shop: Shop) -> None:
    session_id = shop.order(shop.browser())
    shop.stripe.pay_by_bank_debit(session_id)
    assert fulfill(shop.context, session_id).state == "pending"
    assert (shop.count(Payment), shop.ad_free(), shop.mails()) == (0, [False], [])


def test_pay_19_a_delayed_payment_that_arrives_gives_the_pass(shop: Shop) -> None:
    session_id = shop.order(shop.browser())
    shop.stripe.pay_by_bank_debit(session_id)
    fulfill(shop.context, session_id)
    shop.stripe.settle_payment(session_id)
    assert fulfill(shop.context, session_id).state == "paid"
    assert shop.ad_free() == [True]


def test_pay_19_one_that_fails_is_told_to_the_buyer(shop: Shop) -> None:
    session_id = shop.order(shop.browser())
    shop.stripe.pay_by_bank_debit(session_id, email="ada@example.com")
    fulfill(shop.context, session_id)
    shop.stripe.fail_payment(session_id)
    assert fulfill(shop.context, session_id).state == "failed"
    assert [(mail.name, mail.to_address) for mail in shop.mails()] == [
        ("payments/payment_failed", "ada@example.com")
    ]


def test_pf_12_an_expiry_that_comes_late_touches_no_paid_order(shop: Shop) -> None:
    session_id = shop.buy()
    fulfill(shop.context, session_id)
    shop.stripe.expire(session_id)
    assert fulfill(shop.context, session_id).state == "paid"
    assert shop.ad_free() == [True]


def test_pf_18_the_reference_alone_is_enough(shop: Shop) -> None:
    session_id = shop.buy()
    shop.stripe.remove_references(session_id, client_reference_id=False)
    fulfill(shop.context, session_id)
    assert shop.ad_free() == [True]


def test_pf_18_the_metadata_alone_is_enough(shop: Shop) -> None:
    session_id = shop.buy()
    shop.stripe.remove_references(session_id, metadata=False)
    fulfill(shop.context, session_id)
    assert shop.ad_free() == [True]


def test_pf_18_without_both_a_person_must_look(shop: Shop) -> None:
    session_id = shop.buy()
    shop.stripe.remove_references(session_id)
    fulfill(shop.context, session_id)
    assert (outcome(shop), shop.ad_free(), len(shop.alarms())) == (("held", "order not named"), [False], 1)


def test_marks_that_contradict_each_other_are_held(shop: Shop) -> None:
    one, _two = shop.buy(), shop.buy()
    other = shop.rows(Order)[1].reference
    shop.stripe.change(one, client_reference_id=other)
    fulfill(shop.context, one)
    assert (outcome(shop), shop.ad_free()) == (("held", "orders contradict"), [False, False])


def test_a_second_session_that_names_the_same_order_is_held(shop: Shop) -> None:
    one, two = shop.buy(), shop.buy()
    first, second = shop.rows(Order)
    shop.stripe.remove_references(two)
    shop.stripe.change(two, client_reference_id=first.reference)
    with shop.services.db.write() as session:
        session.get_one(Order, second.id).checkout_session_id = None
    fulfill(shop.context, one)
    fulfill(shop.context, two)
    assert [payment.mismatch for payment in shop.rows(Payment)] == ["", "other session"]
    assert shop.count(Grant) == 1


@pytest.mark.parametrize(
    ("paid", "mismatch"),
    [
        ({"amount": 1}, "amount"),
        ({"amount": 500}, "amount"),
        ({"currency": "eur"}, "currency"),
        ({"price": "price_of_something_else"}, "item"),
        ({"quantity": 2}, "amount"),
    ],
)
def test_pf_20_what_was_paid_otherwise_buys_nothing(shop: Shop, paid: dict[str, Any], mismatch: str) -> None:
    fulfill(shop.context, shop.buy(**paid))
    assert (outcome(shop), shop.ad_free(), shop.mails()) == (("held", mismatch), [False], [])
    assert shop.alarms() == [f"held:{order_of(shop).reference}"]


def test_decision_10_tax_and_discounts_are_possible(shop: Shop) -> None:
    fulfill(shop.context, shop.buy(tax=95, discount=100))
    assert (outcome(shop), shop.rows(Payment)[0].amount_cents) == (("granted", ""), 494)


def test_pay_07_a_pass_for_nothing_needs_promotion_codes_of_ours(shop: Shop) -> None:
    session_id = shop.order(shop.browser())
    shop.stripe.pay_nothing(session_id)
    fulfill(shop.context, session_id)
    assert outcome(shop) == ("held", "nothing paid")


def test_pay_07_with_promotion_codes_on_a_pass_may_cost_nothing(shop: Shop) -> None:
    shop.set(pass_promotion_codes=True)
    session_id = shop.order(shop.browser())
    shop.stripe.pay_nothing(session_id)
    fulfill(shop.context, session_id)
    assert (outcome(shop), shop.ad_free(), shop.rows(Payment)[0].amount_cents) == (("granted", ""), [True], 0)
