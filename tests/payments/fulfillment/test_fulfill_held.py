"""Payments at the wrong time, without an order, or made twice; and outdated responses."""

from typing import Any

import pytest

from carrel.accounts import readers
from payments.fulfillment.apply_session import ConcurrentUpdateError, apply_checkout_session
from payments.fulfillment.fulfill import fulfill
from payments.models import Claim, Grant, Order, Payment, RefundRequest, StripeEvent
from payments.stripe.client import StripeUnavailableError
from tests.payments.two_tabs import order_in_two_tabs
from tests.support.accounts import make_reader
from tests.support.payments import Shop, erase_reader, order_of, outcome


def test_pf_19_the_buyers_address_decides_nothing(shop: Shop) -> None:
    ada_id = make_reader(shop.services.db, "ada@example.com").id
    fulfill(shop.context, shop.buy(email="ADA@example.com"))
    assert shop.read(lambda session: readers.get(session, ada_id).ad_free) is False
    assert shop.ad_free() == [False, True]


def test_pf_03_an_event_that_is_faster_than_our_own_call_finds_its_order(shop: Shop) -> None:
    session_id = shop.buy()
    with shop.services.db.write() as session:  # our call to open the session has not come back yet
        order = session.get_one(Order, 1)
        order.checkout_session_id = order.price_id = None
    fulfill(shop.context, session_id)
    assert (shop.ad_free(), order_of(shop).checkout_session_id) == ([True], session_id)


def test_pf_29_money_of_a_reader_who_left_is_held_for_its_way_back(shop: Shop) -> None:
    session_id = shop.buy()
    with shop.services.db.write() as session:
        erase_reader(session, readers.get(session, 1))
    assert shop.deliver_all("checkout.session.completed") == [200]
    assert (outcome(shop), shop.count(Grant), shop.count(Claim)) == (("held", "reader gone"), 0, 0)
    assert session_id == shop.rows(Payment)[0].checkout_session_id


def test_pay_10_our_mark_on_an_order_that_we_do_not_know_is_an_alarm(shop: Shop) -> None:
    session_id = shop.buy()
    with shop.services.db.write() as session:
        session.delete(session.get_one(Order, 1))
    assert shop.deliver_all("checkout.session.completed") == [200]
    assert shop.alarms() == [f"unknown-order:{session_id}"[:80]]
    assert shop.rows(StripeEvent)[0].outcome == "done"


def test_pf_21_the_second_payment_of_an_owner_goes_back(shop: Shop) -> None:
    browser = shop.browser()
    one, two = order_in_two_tabs(shop, browser)
    for session_id in (one, two):
        shop.stripe.pay(session_id)
        fulfill(shop.context, session_id)
    assert [payment.outcome for payment in shop.rows(Payment)] == ["granted", "second"]
    assert (shop.count(Grant), shop.count(RefundRequest), shop.ad_free()) == (1, 1, [True])
    assert shop.alarms() == [f"paid-twice:{shop.rows(Order)[1].reference}"]


def test_an_answer_that_was_overtaken_is_not_entered(shop: Shop) -> None:
    session_id = shop.buy()
    fulfill(shop.context, session_id)
    refund = shop.stripe.refund(session_id, status="pending")
    old, version = shop.context.stripe.retrieve_checkout_session(session_id), order_of(shop).version
    shop.stripe.fail_refund(refund["id"])
    fulfill(shop.context, session_id)
    with pytest.raises(ConcurrentUpdateError), shop.services.db.write() as session:
        apply_checkout_session(session, shop.context.settings, old, version)
    assert shop.ad_free() == [True]


def test_when_it_is_overtaken_stripe_is_asked_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    session_id = shop.buy()
    fulfill(shop.context, session_id)
    refund = shop.stripe.refund(session_id, status="pending")
    ask = shop.context.stripe.retrieve_checkout_session
    answers = [ask(session_id)]  # this one is old before it is entered
    shop.stripe.fail_refund(refund["id"])
    fulfill(shop.context, session_id)
    monkeypatch.setattr("payments.fulfillment.fulfill._order_version", Versions(1, 2))
    monkeypatch.setattr(
        shop.context.stripe,
        "retrieve_checkout_session",
        lambda _: answers.pop() if answers else ask(session_id),
    )
    fulfill(shop.context, session_id)
    assert shop.ad_free() == [True]
    assert order_of(shop).version == 2


class Versions:
    """What the order's version was at each look."""

    def __init__(self, *seen: int) -> None:
        self._seen = list(seen)

    def __call__(self, *_: object) -> int:
        return self._seen.pop(0)


def test_when_stripe_does_not_answer_nothing_is_entered(shop: Shop) -> None:
    session_id = shop.buy()
    shop.stripe.api.down()
    with pytest.raises(StripeUnavailableError):
        fulfill(shop.context, session_id)
    assert shop.count(Payment) == 0


def test_pay_30_the_order_keeps_no_address(shop: Shop) -> None:
    fulfill(shop.context, shop.buy(email="Ada@Example.com"))
    assert "xample" not in repr([row.__dict__ for row in (*shop.rows(Order), *shop.rows(Payment))])
    assert [(claim.email, claim.email_key) for claim in shop.read(claims)] == [
        ("Ada@Example.com", "ada@example.com")
    ]


def claims(session: Any) -> list[Claim]:
    return list(session.query(Claim).all())
