"""From Stripe into the ledger: whose the money is, what it buys, and what is told."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from payments.fulfillment.fulfill import fulfill
from payments.models import Grant, Order, Payment
from tests.support.payments import Till, order_of, outcome


def test_a_paid_session_is_entered_with_its_sums(till: Till) -> None:
    fulfill(till.shop, till.buy())
    (payment,) = till.rows(Payment)
    assert (payment.amount_cents, payment.subtotal_cents, payment.currency) == (499, 499, "usd")
    assert (order_of(till).state, outcome(till), till.ad_free()) == ("paid", ("granted", ""), [True])


def test_pay_06_entering_it_again_changes_nothing(till: Till) -> None:
    session_id = till.buy()
    for _ in range(3):
        fulfill(till.shop, session_id)
    assert (till.count(Payment), till.count(Grant), len(till.mails()), order_of(till).version) == (1, 1, 1, 1)


def test_n3_a_hundred_at_once_enter_it_once(till: Till) -> None:
    session_id, together = till.buy(), threading.Barrier(20)

    def one(_: int) -> None:
        together.wait()
        for _ in range(5):
            with suppress(
                OperationalError
            ):  # SQLite is busy for too long on a slow machine: it is asked again
                fulfill(till.shop, session_id)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(one, range(20)))
    assert (till.count(Payment), till.count(Grant), len(till.mails())) == (1, 1, 1)


@pytest.mark.parametrize("status", ["open", "expired"])
def test_pay_07_what_is_not_complete_gives_nothing(till: Till, status: str) -> None:
    session_id = till.order(till.browser())
    till.stripe.change(session_id, status=status)
    assert fulfill(till.shop, session_id).state == status
    assert (till.count(Payment), till.ad_free()) == (0, [False])


def test_pf_11_completed_but_unpaid_waits(till: Till) -> None:
    session_id = till.order(till.browser())
    till.stripe.pay_later(session_id)
    assert fulfill(till.shop, session_id).state == "pending"
    assert (till.count(Payment), till.ad_free(), till.mails()) == (0, [False], [])


def test_pay_19_a_delayed_payment_that_arrives_gives_the_pass(till: Till) -> None:
    session_id = till.order(till.browser())
    till.stripe.pay_later(session_id)
    fulfill(till.shop, session_id)
    till.stripe.settle(session_id)
    assert fulfill(till.shop, session_id).state == "paid"
    assert till.ad_free() == [True]


def test_pay_19_one_that_fails_is_told_to_the_buyer(till: Till) -> None:
    session_id = till.order(till.browser())
    till.stripe.pay_later(session_id, email="ada@example.com")
    fulfill(till.shop, session_id)
    till.stripe.fail(session_id)
    assert fulfill(till.shop, session_id).state == "failed"
    assert [(mail.name, mail.to_address) for mail in till.mails()] == [
        ("payments/payment_failed", "ada@example.com")
    ]


def test_pf_12_an_expiry_that_comes_late_touches_no_paid_order(till: Till) -> None:
    session_id = till.buy()
    fulfill(till.shop, session_id)
    till.stripe.expire(session_id)
    assert fulfill(till.shop, session_id).state == "paid"
    assert till.ad_free() == [True]


def test_pf_18_the_reference_alone_is_enough(till: Till) -> None:
    session_id = till.buy()
    till.stripe.forget(session_id, client_reference_id=False)
    fulfill(till.shop, session_id)
    assert till.ad_free() == [True]


def test_pf_18_the_metadata_alone_is_enough(till: Till) -> None:
    session_id = till.buy()
    till.stripe.forget(session_id, metadata=False)
    fulfill(till.shop, session_id)
    assert till.ad_free() == [True]


def test_pf_18_without_both_a_person_must_look(till: Till) -> None:
    session_id = till.buy()
    till.stripe.forget(session_id)
    fulfill(till.shop, session_id)
    assert (outcome(till), till.ad_free(), len(till.alarms())) == (("held", "order not named"), [False], 1)


def test_marks_that_contradict_each_other_are_held(till: Till) -> None:
    one, _two = till.buy(), till.buy()
    other = till.rows(Order)[1].reference
    till.stripe.change(one, client_reference_id=other)
    fulfill(till.shop, one)
    assert (outcome(till), till.ad_free()) == (("held", "orders contradict"), [False, False])


def test_a_second_session_that_names_the_same_order_is_held(till: Till) -> None:
    one, two = till.buy(), till.buy()
    first, second = till.rows(Order)
    till.stripe.forget(two)
    till.stripe.change(two, client_reference_id=first.reference)
    with till.services.db.write() as session:
        session.get_one(Order, second.id).checkout_session_id = None
    fulfill(till.shop, one)
    fulfill(till.shop, two)
    assert [payment.trouble for payment in till.rows(Payment)] == ["", "other session"]
    assert till.count(Grant) == 1


@pytest.mark.parametrize(
    ("paid", "trouble"),
    [
        ({"amount": 1}, "amount"),
        ({"amount": 500}, "amount"),
        ({"currency": "eur"}, "currency"),
        ({"price": "price_of_something_else"}, "item"),
        ({"quantity": 2}, "amount"),
    ],
)
def test_pf_20_what_was_paid_otherwise_buys_nothing(till: Till, paid: dict[str, Any], trouble: str) -> None:
    fulfill(till.shop, till.buy(**paid))
    assert (outcome(till), till.ad_free(), till.mails()) == (("held", trouble), [False], [])
    assert till.alarms() == [f"held:{order_of(till).reference}"]


def test_decision_10_tax_and_discounts_are_possible(till: Till) -> None:
    fulfill(till.shop, till.buy(tax=95, discount=100))
    assert (outcome(till), till.rows(Payment)[0].amount_cents) == (("granted", ""), 494)


def test_pay_07_a_pass_for_nothing_needs_promotion_codes_of_ours(till: Till) -> None:
    session_id = till.order(till.browser())
    till.stripe.pay_nothing(session_id)
    fulfill(till.shop, session_id)
    assert outcome(till) == ("held", "nothing paid")


def test_pay_07_with_promotion_codes_on_a_pass_may_cost_nothing(till: Till) -> None:
    till.set(pass_promotion_codes=True)
    session_id = till.order(till.browser())
    till.stripe.pay_nothing(session_id)
    fulfill(till.shop, session_id)
    assert (outcome(till), till.ad_free(), till.rows(Payment)[0].amount_cents) == (("granted", ""), [True], 0)
