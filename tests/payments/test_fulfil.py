"""From Stripe into the ledger: whose the money is, what it buys, and what is told."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from payments.fulfil import fulfil
from payments.models import Claim, Grant, Order, Payment, RefundRequest, StripeEvent
from payments.settle import Overtaken, settle
from payments.stripe_api import StripeAway
from tests.support.accounts import make_reader
from tests.support.payments import Till, leave
from website.accounts import readers


def outcome(till: Till) -> tuple[str, str]:
    """What was made of the only payment."""
    (payment,) = till.rows(Payment)
    return payment.outcome, payment.trouble


def order_of(till: Till) -> Order:
    (order,) = till.rows(Order)
    assert isinstance(order, Order)
    return order


def test_a_paid_session_is_entered_with_its_sums(till: Till) -> None:
    fulfil(till.shop, till.buy())
    (payment,) = till.rows(Payment)
    assert (payment.amount_cents, payment.subtotal_cents, payment.currency) == (499, 499, "usd")
    assert (order_of(till).state, outcome(till), till.ad_free()) == ("paid", ("granted", ""), [True])


def test_pay_06_entering_it_again_changes_nothing(till: Till) -> None:
    session_id = till.buy()
    for _ in range(3):
        fulfil(till.shop, session_id)
    assert (till.count(Payment), till.count(Grant), len(till.mails()), order_of(till).version) == (1, 1, 1, 1)


def test_n3_a_hundred_at_once_enter_it_once(till: Till) -> None:
    session_id, together = till.buy(), threading.Barrier(20)

    def one(_: int) -> None:
        together.wait()
        for _ in range(5):
            fulfil(till.shop, session_id)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(one, range(20)))
    assert (till.count(Payment), till.count(Grant), len(till.mails())) == (1, 1, 1)


@pytest.mark.parametrize("status", ["open", "expired"])
def test_pay_07_what_is_not_complete_gives_nothing(till: Till, status: str) -> None:
    session_id = till.order(till.browser())
    till.stripe.change(session_id, status=status)
    assert fulfil(till.shop, session_id).state == status
    assert (till.count(Payment), till.ad_free()) == (0, [False])


def test_pf_11_completed_but_unpaid_waits(till: Till) -> None:
    session_id = till.order(till.browser())
    till.stripe.pay_later(session_id)
    assert fulfil(till.shop, session_id).state == "pending"
    assert (till.count(Payment), till.ad_free(), till.mails()) == (0, [False], [])


def test_pay_19_a_delayed_payment_that_arrives_gives_the_pass(till: Till) -> None:
    session_id = till.order(till.browser())
    till.stripe.pay_later(session_id)
    fulfil(till.shop, session_id)
    till.stripe.settle(session_id)
    assert fulfil(till.shop, session_id).state == "paid"
    assert till.ad_free() == [True]


def test_pay_19_one_that_fails_is_told_to_the_buyer(till: Till) -> None:
    session_id = till.order(till.browser())
    till.stripe.pay_later(session_id, email="ada@example.com")
    fulfil(till.shop, session_id)
    till.stripe.fail(session_id)
    assert fulfil(till.shop, session_id).state == "failed"
    assert [(mail.name, mail.to_address) for mail in till.mails()] == [
        ("payments/payment_failed", "ada@example.com")
    ]


def test_pf_12_an_expiry_that_comes_late_touches_no_paid_order(till: Till) -> None:
    session_id = till.buy()
    fulfil(till.shop, session_id)
    till.stripe.expire(session_id)
    assert fulfil(till.shop, session_id).state == "paid"
    assert till.ad_free() == [True]


def test_pf_18_the_reference_alone_is_enough(till: Till) -> None:
    session_id = till.buy()
    till.stripe.forget(session_id, client_reference_id=False)
    fulfil(till.shop, session_id)
    assert till.ad_free() == [True]


def test_pf_18_the_metadata_alone_is_enough(till: Till) -> None:
    session_id = till.buy()
    till.stripe.forget(session_id, metadata=False)
    fulfil(till.shop, session_id)
    assert till.ad_free() == [True]


def test_pf_18_without_both_a_person_must_look(till: Till) -> None:
    session_id = till.buy()
    till.stripe.forget(session_id)
    fulfil(till.shop, session_id)
    assert (outcome(till), till.ad_free(), len(till.alarms())) == (("held", "order not named"), [False], 1)


def test_marks_that_contradict_each_other_are_held(till: Till) -> None:
    one, _two = till.buy(), till.buy()
    other = till.rows(Order)[1].reference
    till.stripe.change(one, client_reference_id=other)
    fulfil(till.shop, one)
    assert (outcome(till), till.ad_free()) == (("held", "orders contradict"), [False, False])


def test_a_second_session_that_names_the_same_order_is_held(till: Till) -> None:
    one, two = till.buy(), till.buy()
    first, second = till.rows(Order)
    till.stripe.forget(two)
    till.stripe.change(two, client_reference_id=first.reference)
    with till.services.db.write() as session:
        session.get_one(Order, second.id).checkout_session_id = None
    fulfil(till.shop, one)
    fulfil(till.shop, two)
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
    fulfil(till.shop, till.buy(**paid))
    assert (outcome(till), till.ad_free(), till.mails()) == (("held", trouble), [False], [])
    assert till.alarms() == [f"held:{order_of(till).reference}"]


def test_decision_10_tax_and_discounts_are_possible(till: Till) -> None:
    fulfil(till.shop, till.buy(tax=95, discount=100))
    assert (outcome(till), till.rows(Payment)[0].amount_cents) == (("granted", ""), 494)


def test_pay_07_a_pass_for_nothing_needs_promotion_codes_of_ours(till: Till) -> None:
    session_id = till.order(till.browser())
    till.stripe.pay_nothing(session_id)
    fulfil(till.shop, session_id)
    assert outcome(till) == ("held", "nothing paid")


def test_pay_07_with_promotion_codes_on_a_pass_may_cost_nothing(till: Till) -> None:
    till.set(pass_promotion_codes=True)
    session_id = till.order(till.browser())
    till.stripe.pay_nothing(session_id)
    fulfil(till.shop, session_id)
    assert (outcome(till), till.ad_free(), till.rows(Payment)[0].amount_cents) == (("granted", ""), [True], 0)


def test_pf_19_the_buyers_address_decides_nothing(till: Till) -> None:
    ada_id = make_reader(till.services.db, "ada@example.com").id
    fulfil(till.shop, till.buy(email="ADA@example.com"))
    assert till.read(lambda session: readers.get(session, ada_id).ad_free) is False
    assert till.ad_free() == [False, True]


def test_pf_03_an_event_that_is_faster_than_our_own_call_finds_its_order(till: Till) -> None:
    session_id = till.buy()
    with till.services.db.write() as session:  # our call to open the session has not come back yet
        order = session.get_one(Order, 1)
        order.checkout_session_id = order.price_id = None
    fulfil(till.shop, session_id)
    assert (till.ad_free(), order_of(till).checkout_session_id) == ([True], session_id)


def test_pf_29_money_of_a_reader_who_left_is_held_for_its_way_back(till: Till) -> None:
    session_id = till.buy()
    with till.services.db.write() as session:
        leave(session, readers.get(session, 1))
    assert till.deliver_all("checkout.session.completed") == [200]
    assert (outcome(till), till.count(Grant), till.count(Claim)) == (("held", "reader gone"), 0, 0)
    assert session_id == till.rows(Payment)[0].checkout_session_id


def test_pay_10_our_mark_on_an_order_that_we_do_not_know_is_an_alarm(till: Till) -> None:
    session_id = till.buy()
    with till.services.db.write() as session:
        session.delete(session.get_one(Order, 1))
    assert till.deliver_all("checkout.session.completed") == [200]
    assert till.alarms() == [f"unknown-order:{session_id}"[:80]]
    assert till.rows(StripeEvent)[0].outcome == "done"


def test_pf_21_the_second_payment_of_an_owner_goes_back(till: Till) -> None:
    browser = till.browser()
    one, two = till.order(browser, "/a/"), till.order(browser, "/b/")
    for session_id in (one, two):
        till.stripe.pay(session_id)
        fulfil(till.shop, session_id)
    assert [payment.outcome for payment in till.rows(Payment)] == ["granted", "second"]
    assert (till.count(Grant), till.count(RefundRequest), till.ad_free()) == (1, 1, [True])
    assert till.alarms() == [f"paid-twice:{till.rows(Order)[1].reference}"]


def test_an_answer_that_was_overtaken_is_not_entered(till: Till) -> None:
    session_id = till.buy()
    fulfil(till.shop, session_id)
    refund = till.stripe.refund(session_id, status="pending")
    old, version = till.shop.stripe.look(session_id), order_of(till).version
    till.stripe.fail_refund(refund["id"])
    fulfil(till.shop, session_id)
    with pytest.raises(Overtaken), till.services.db.write() as session:
        settle(session, till.shop.settings, old, version)
    assert till.ad_free() == [True]


def test_when_it_is_overtaken_stripe_is_asked_again(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    session_id = till.buy()
    fulfil(till.shop, session_id)
    refund = till.stripe.refund(session_id, status="pending")
    ask = till.shop.stripe.look
    answers = [ask(session_id)]  # this one is old before it is entered
    till.stripe.fail_refund(refund["id"])
    fulfil(till.shop, session_id)
    monkeypatch.setattr("payments.fulfil._version", Versions(1, 2))
    monkeypatch.setattr(till.shop.stripe, "look", lambda _: answers.pop() if answers else ask(session_id))
    fulfil(till.shop, session_id)
    assert till.ad_free() == [True]
    assert order_of(till).version == 2


class Versions:
    """What the order's version was at each look."""

    def __init__(self, *seen: int) -> None:
        self._seen = list(seen)

    def __call__(self, *_: object) -> int:
        return self._seen.pop(0)


def test_when_stripe_does_not_answer_nothing_is_entered(till: Till) -> None:
    session_id = till.buy()
    till.stripe.api.down()
    with pytest.raises(StripeAway):
        fulfil(till.shop, session_id)
    assert till.count(Payment) == 0


def test_pay_30_the_order_keeps_no_address(till: Till) -> None:
    fulfil(till.shop, till.buy(email="Ada@Example.com"))
    assert "xample" not in repr([row.__dict__ for row in (*till.rows(Order), *till.rows(Payment))])
    assert [(claim.email, claim.email_key) for claim in till.read(claims)] == [
        ("Ada@Example.com", "ada@example.com")
    ]


def claims(session: Any) -> list[Claim]:
    return list(session.query(Claim).all())
