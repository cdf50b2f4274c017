"""Refunds by the reader, by the operator, and automatically; and what becomes of them."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from carrel.audit import AuditEntry
from payments import refunds
from payments.fulfillment.fulfill import fulfill
from payments.models import Order, Payment, Refund, RefundRequest
from payments.refunds import NotRefundableError
from tests.payments.two_tabs import order_in_two_tabs
from tests.support.payments import Shop


@pytest.fixture
def bought(shop: Shop) -> str:
    """A pass, bought in one browser; the session's id."""
    session_id = shop.buy(shop.browser())
    fulfill(shop.context, session_id)
    return session_id


def tell(shop: Shop) -> None:
    """All that Stripe knows, brought by the webhook."""
    assert set(shop.deliver_all()) == {200}


def states(shop: Shop) -> list[tuple[int, int, str]]:
    return [(row.seq, row.amount_cents, row.status) for row in shop.rows(Refund)]


def test_pay_21_a_full_refund_ends_the_pass(shop: Shop, bought: str) -> None:
    shop.stripe.refund(bought)
    tell(shop)
    assert (shop.ad_free(), states(shop)) == ([False], [(1, 499, "succeeded")])
    assert [mail.subject for mail in shop.mails()][1:] == ["Your refund of $4.99"]


def test_pay_21_a_part_is_kept_and_flagged(shop: Shop, bought: str) -> None:
    made = shop.stripe.refund(bought, amount=200)
    tell(shop)
    assert (shop.ad_free(), shop.alarms()) == ([True], [f"part-refund:{made['id']}"])
    assert "$2.00" in shop.mails()[1].text
    assert "Your pass stays" in shop.mails()[1].text


def test_pf_27_two_parts_end_it_exactly_when_they_are_the_whole(shop: Shop, bought: str) -> None:
    seen = []
    for cents in (200, 298, 1):
        shop.stripe.refund(bought, amount=cents)
        tell(shop)
        seen += shop.ad_free()
    assert seen == [True, True, False]


def test_pf_26_a_refund_that_fails_later_gives_the_pass_back(shop: Shop, bought: str) -> None:
    made = shop.stripe.refund(bought)
    tell(shop)
    shop.stripe.fail_refund(made["id"])
    tell(shop)
    assert (shop.ad_free(), states(shop)) == ([True], [(1, 499, "succeeded"), (2, 499, "failed")])
    assert shop.alarms() == [f"refund-failed:{made['id']}"]


def test_pay_21_a_canceled_refund_gives_the_pass_back(shop: Shop, bought: str) -> None:
    made = shop.stripe.refund(bought, status="requires_action")
    tell(shop)
    assert shop.ad_free() == [False]
    shop.stripe.cancel_refund(made["id"])
    tell(shop)
    assert shop.ad_free() == [True]


def test_a_pending_refund_is_told_once(shop: Shop, bought: str) -> None:
    made = shop.stripe.refund(bought, status="pending")
    tell(shop)
    shop.stripe.settle_refund(made["id"])
    tell(shop)
    assert [mail.key for mail in shop.mails()][1:] == [f"refund:{made['id']}"]
    assert [status for *_, status in states(shop)] == ["pending", "succeeded"]


def test_pf_08_a_refund_that_comes_before_its_payment_ends_revoked(shop: Shop) -> None:
    session_id = shop.buy()
    shop.stripe.refund(session_id)
    assert set(shop.deliver_all("charge.refunded")) == {200}
    assert (shop.ad_free(), shop.count(Payment), shop.count(Refund)) == ([False], 1, 1)
    assert set(shop.deliver_all("checkout.session.completed")) == {200}
    assert shop.ad_free() == [False]


@pytest.mark.sweep
def test_more_refunds_than_stripe_shows_at_once_are_all_counted(shop: Shop, bought: str) -> None:
    for _ in range(12):
        shop.stripe.refund(bought, amount=41)
    shop.stripe.refund(bought)
    tell(shop)
    assert (shop.count(Refund), shop.ad_free()) == (13, [False])


def buyer(shop: Shop) -> Any:
    browser = shop.browser()
    fulfill(shop.context, shop.buy(browser))
    return browser


def post_refund(shop: Shop, browser: Any, reference: str = "") -> Any:
    """Press the refund button of the account page."""
    order = reference or shop.rows(Order)[-1].reference
    return browser.post("/pass/refund", data={"csrf_token": shop.token(browser), "order": order})


def test_the_readers_one_button_gives_all_back(shop: Shop) -> None:
    browser = buyer(shop)
    answer = post_refund(shop, browser)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/")
    assert (shop.ad_free(), states(shop)) == ([False], [(1, 499, "succeeded")])
    assert [request.state for request in shop.rows(RefundRequest)] == ["done"]


def test_pressing_it_twice_refunds_once(shop: Shop) -> None:
    browser = buyer(shop)
    assert [post_refund(shop, browser).status_code for _ in range(2)] == [303, 409]
    assert len(shop.stripe.api.sent("POST /v1/refunds")) == 1


def test_somebody_elses_payment_is_not_theirs_to_refund(shop: Shop) -> None:
    buyer(shop)
    reference, stranger = shop.rows(Order)[0].reference, buyer(shop)
    assert post_refund(shop, stranger, reference).status_code == 409
    assert (shop.ad_free(), shop.count(RefundRequest)) == ([True, True], 0)


def test_without_a_session_there_is_nothing_to_refund(shop: Shop) -> None:
    buyer(shop)
    answer = post_refund(shop, shop.browser())
    assert answer.status_code == 303
    assert shop.count(RefundRequest) == 0


@pytest.mark.parametrize(("days", "status"), [(13.9, 303), (14.1, 409)])
def test_the_button_works_for_fourteen_days(shop: Shop, days: float, status: int) -> None:
    browser = buyer(shop)
    later = shop.rows(Payment)[0].paid_at + timedelta(days=days)
    with time_machine.travel(later, tick=False):
        assert post_refund(shop, browser).status_code == status


def test_pay_16_the_key_comes_from_the_row(shop: Shop) -> None:
    post_refund(shop, buyer(shop))
    (call,) = shop.stripe.api.sent("POST /v1/refunds")
    assert call.idempotency_key == f"carrel-refund-{shop.rows(Order)[0].reference}-1"


def test_pf_23_a_lost_reply_refunds_once_and_mails_once(shop: Shop, bought: str) -> None:
    shop.stripe.api.drop_response(times=2, path="POST /v1/refunds")
    refunds.refund(shop.context, 1, "operator", "asked by mail")
    assert [request.state for request in shop.rows(RefundRequest)] == ["asked"]
    tell(shop)  # the webhook is faster than our next try
    assert shop.ad_free() == [False]
    with time_machine.travel(shop.rows(RefundRequest)[0].next_try_at, tick=False):
        assert refunds.send_next_to_stripe(shop.services)
    assert [request.state for request in shop.rows(RefundRequest)] == ["done"]
    assert (shop.count(Refund), shop.stripe.charge_of(bought)["amount_refunded"]) == (1, 499)
    assert [mail.name for mail in shop.mails()] == ["payments/purchased", "payments/refunded"]


def test_while_stripe_is_down_the_wish_waits(shop: Shop) -> None:
    browser = buyer(shop)
    shop.stripe.api.down()
    assert post_refund(shop, browser).status_code == 303
    assert (shop.ad_free(), [request.state for request in shop.rows(RefundRequest)]) == ([True], ["asked"])
    shop.stripe.api.up()
    with time_machine.travel(shop.rows(RefundRequest)[0].next_try_at, tick=False):
        assert refunds.send_next_to_stripe(shop.services)
    assert shop.ad_free() == [False]
    assert not refunds.send_next_to_stripe(shop.services)


def test_pf_21_who_paid_twice_gets_the_second_payment_back(shop: Shop) -> None:
    browser = shop.browser()
    for session_id in order_in_two_tabs(shop, browser):
        shop.stripe.pay(session_id)
        fulfill(shop.context, session_id)
    assert refunds.send_next_to_stripe(shop.services)
    tell(shop)
    assert (shop.ad_free(), states(shop)) == ([True], [(1, 499, "succeeded")])
    assert "the second payment is refunded in full" in " ".join(shop.mails()[-1].text.split())


def test_the_operator_refunds_with_a_reason_in_the_audit_log(shop: Shop, bought: str) -> None:
    refunds.refund(shop.context, 1, "olga", "asked by mail")
    (entry,) = shop.read(lambda session: session.scalars(select(AuditEntry)).all())
    assert (entry.actor, entry.action, entry.reason) == ("olga", "order.refund", "asked by mail")
    assert entry.subject == f"order:{shop.rows(Order)[0].reference}"
    assert shop.ad_free() == [False]


def test_pf_20_a_held_payment_can_be_refunded(shop: Shop) -> None:
    fulfill(shop.context, shop.buy(amount=100))
    refunds.refund(shop.context, 1, "olga", "wrong amount")
    assert states(shop) == [(1, 100, "succeeded")]


def test_what_is_left_is_refunded_after_a_part(shop: Shop, bought: str) -> None:
    shop.stripe.refund(bought, amount=200)
    tell(shop)
    refunds.refund(shop.context, 1, "olga", "the rest")
    assert [cents for _, cents, _ in states(shop)] == [200, 299]
    assert shop.ad_free() == [False]


def test_nothing_left_is_refused(shop: Shop, bought: str) -> None:
    refunds.refund(shop.context, 1, "olga", "all of it")
    with pytest.raises(NotRefundableError):
        refunds.refund(shop.context, 1, "olga", "again")


def test_what_stripe_refuses_is_told_to_the_operator(shop: Shop, bought: str) -> None:
    shop.stripe.open_dispute(bought)
    refunds.refund(shop.context, 1, "olga", "too late")
    assert [(row.state, row.last_error) for row in shop.rows(RefundRequest)] == [
        ("refused", "charge_disputed")
    ]
    assert shop.alarms() == ["refund-refused:1"]


def test_a_refund_made_in_the_dashboard_meanwhile_is_not_made_again(shop: Shop, bought: str) -> None:
    shop.stripe.api.down()
    refunds.refund(shop.context, 1, "olga", "asked")
    shop.stripe.api.up()
    shop.stripe.refund(bought)
    tell(shop)
    refunds.send_to_stripe(shop.context, 1)
    assert [request.state for request in shop.rows(RefundRequest)] == ["done"]
    assert not [call for call in shop.stripe.api.sent("POST /v1/refunds") if call.status == 200]
