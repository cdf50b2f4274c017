"""Payments that come at the wrong moment, to nobody, or twice; and answers that were overtaken."""

from typing import Any

import pytest

from carrel.accounts import readers
from payments.fulfillment.apply_session import ConcurrentUpdateError, settle
from payments.fulfillment.fulfill import fulfill
from payments.models import Claim, Grant, Order, Payment, RefundRequest, StripeEvent
from payments.stripe.client import StripeUnavailableError
from tests.support.accounts import make_reader
from tests.support.payments import Till, leave, order_of, outcome


def test_pf_19_the_buyers_address_decides_nothing(till: Till) -> None:
    ada_id = make_reader(till.services.db, "ada@example.com").id
    fulfill(till.shop, till.buy(email="ADA@example.com"))
    assert till.read(lambda session: readers.get(session, ada_id).ad_free) is False
    assert till.ad_free() == [False, True]


def test_pf_03_an_event_that_is_faster_than_our_own_call_finds_its_order(till: Till) -> None:
    session_id = till.buy()
    with till.services.db.write() as session:  # our call to open the session has not come back yet
        order = session.get_one(Order, 1)
        order.checkout_session_id = order.price_id = None
    fulfill(till.shop, session_id)
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
        fulfill(till.shop, session_id)
    assert [payment.outcome for payment in till.rows(Payment)] == ["granted", "second"]
    assert (till.count(Grant), till.count(RefundRequest), till.ad_free()) == (1, 1, [True])
    assert till.alarms() == [f"paid-twice:{till.rows(Order)[1].reference}"]


def test_an_answer_that_was_overtaken_is_not_entered(till: Till) -> None:
    session_id = till.buy()
    fulfill(till.shop, session_id)
    refund = till.stripe.refund(session_id, status="pending")
    old, version = till.shop.stripe.look(session_id), order_of(till).version
    till.stripe.fail_refund(refund["id"])
    fulfill(till.shop, session_id)
    with pytest.raises(ConcurrentUpdateError), till.services.db.write() as session:
        settle(session, till.shop.settings, old, version)
    assert till.ad_free() == [True]


def test_when_it_is_overtaken_stripe_is_asked_again(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    session_id = till.buy()
    fulfill(till.shop, session_id)
    refund = till.stripe.refund(session_id, status="pending")
    ask = till.shop.stripe.look
    answers = [ask(session_id)]  # this one is old before it is entered
    till.stripe.fail_refund(refund["id"])
    fulfill(till.shop, session_id)
    monkeypatch.setattr("payments.fulfillment.fulfill._version", Versions(1, 2))
    monkeypatch.setattr(till.shop.stripe, "look", lambda _: answers.pop() if answers else ask(session_id))
    fulfill(till.shop, session_id)
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
    with pytest.raises(StripeUnavailableError):
        fulfill(till.shop, session_id)
    assert till.count(Payment) == 0


def test_pay_30_the_order_keeps_no_address(till: Till) -> None:
    fulfill(till.shop, till.buy(email="Ada@Example.com"))
    assert "xample" not in repr([row.__dict__ for row in (*till.rows(Order), *till.rows(Payment))])
    assert [(claim.email, claim.email_key) for claim in till.read(claims)] == [
        ("Ada@Example.com", "ada@example.com")
    ]


def claims(session: Any) -> list[Claim]:
    return list(session.query(Claim).all())
