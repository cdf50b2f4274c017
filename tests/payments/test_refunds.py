"""Money back: by the reader, by the operator, by itself; and what became of it."""

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
from tests.support.payments import Till


@pytest.fixture
def bought(till: Till) -> str:
    """A pass, bought in one browser; the session's id."""
    session_id = till.buy(till.browser())
    fulfill(till.shop, session_id)
    return session_id


def tell(till: Till) -> None:
    """All that Stripe knows, brought by the webhook."""
    assert set(till.deliver_all()) == {200}


def states(till: Till) -> list[tuple[int, int, str]]:
    return [(row.seq, row.amount_cents, row.status) for row in till.rows(Refund)]


def test_pay_21_a_full_refund_ends_the_pass(till: Till, bought: str) -> None:
    till.stripe.refund(bought)
    tell(till)
    assert (till.ad_free(), states(till)) == ([False], [(1, 499, "succeeded")])
    assert [mail.subject for mail in till.mails()][1:] == ["$4.99 is on its way back to you"]


def test_pay_21_a_part_is_kept_and_flagged(till: Till, bought: str) -> None:
    made = till.stripe.refund(bought, amount=200)
    tell(till)
    assert (till.ad_free(), till.alarms()) == ([True], [f"part-refund:{made['id']}"])
    assert "$2.00" in till.mails()[1].text
    assert "Your pass stays" in till.mails()[1].text


def test_pf_27_two_parts_end_it_exactly_when_they_are_the_whole(till: Till, bought: str) -> None:
    seen = []
    for cents in (200, 298, 1):
        till.stripe.refund(bought, amount=cents)
        tell(till)
        seen += till.ad_free()
    assert seen == [True, True, False]


def test_pf_26_a_refund_that_fails_later_gives_the_pass_back(till: Till, bought: str) -> None:
    made = till.stripe.refund(bought)
    tell(till)
    till.stripe.fail_refund(made["id"])
    tell(till)
    assert (till.ad_free(), states(till)) == ([True], [(1, 499, "succeeded"), (2, 499, "failed")])
    assert till.alarms() == [f"refund-failed:{made['id']}"]


def test_pay_21_a_cancelled_refund_gives_the_pass_back(till: Till, bought: str) -> None:
    made = till.stripe.refund(bought, status="requires_action")
    tell(till)
    assert till.ad_free() == [False]
    till.stripe.cancel_refund(made["id"])
    tell(till)
    assert till.ad_free() == [True]


def test_a_pending_refund_is_told_once(till: Till, bought: str) -> None:
    made = till.stripe.refund(bought, status="pending")
    tell(till)
    till.stripe.settle_refund(made["id"])
    tell(till)
    assert [mail.key for mail in till.mails()][1:] == [f"refund:{made['id']}"]
    assert [status for *_, status in states(till)] == ["pending", "succeeded"]


def test_pf_08_a_refund_that_comes_before_its_payment_ends_revoked(till: Till) -> None:
    session_id = till.buy()
    till.stripe.refund(session_id)
    assert set(till.deliver_all("charge.refunded")) == {200}
    assert (till.ad_free(), till.count(Payment), till.count(Refund)) == ([False], 1, 1)
    assert set(till.deliver_all("checkout.session.completed")) == {200}
    assert till.ad_free() == [False]


def test_more_refunds_than_stripe_shows_at_once_are_all_counted(till: Till, bought: str) -> None:
    for _ in range(12):
        till.stripe.refund(bought, amount=41)
    till.stripe.refund(bought)
    tell(till)
    assert (till.count(Refund), till.ad_free()) == (13, [False])


def buyer(till: Till) -> Any:
    browser = till.browser()
    fulfill(till.shop, till.buy(browser))
    return browser


def post_refund(till: Till, browser: Any, reference: str = "") -> Any:
    """Press the refund button of the account page."""
    order = reference or till.rows(Order)[-1].reference
    return browser.post("/pass/refund", data={"csrf_token": till.token(browser), "order": order})


def test_the_readers_one_button_gives_all_back(till: Till) -> None:
    browser = buyer(till)
    answer = post_refund(till, browser)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/")
    assert (till.ad_free(), states(till)) == ([False], [(1, 499, "succeeded")])
    assert [request.state for request in till.rows(RefundRequest)] == ["done"]


def test_pressing_it_twice_refunds_once(till: Till) -> None:
    browser = buyer(till)
    assert [post_refund(till, browser).status_code for _ in range(2)] == [303, 409]
    assert len(till.stripe.api.sent("POST /v1/refunds")) == 1


def test_somebody_elses_payment_is_not_theirs_to_refund(till: Till) -> None:
    buyer(till)
    reference, stranger = till.rows(Order)[0].reference, buyer(till)
    assert post_refund(till, stranger, reference).status_code == 409
    assert (till.ad_free(), till.count(RefundRequest)) == ([True, True], 0)


def test_without_a_session_there_is_nothing_to_refund(till: Till) -> None:
    buyer(till)
    answer = post_refund(till, till.browser())
    assert answer.status_code == 303
    assert till.count(RefundRequest) == 0


@pytest.mark.parametrize(("days", "status"), [(13.9, 303), (14.1, 409)])
def test_the_button_works_for_fourteen_days(till: Till, days: float, status: int) -> None:
    browser = buyer(till)
    later = till.rows(Payment)[0].paid_at + timedelta(days=days)
    with time_machine.travel(later, tick=False):
        assert post_refund(till, browser).status_code == status


def test_pay_16_the_key_comes_from_the_row(till: Till) -> None:
    post_refund(till, buyer(till))
    (call,) = till.stripe.api.sent("POST /v1/refunds")
    assert call.idempotency_key == f"carrel-refund-{till.rows(Order)[0].reference}-1"


def test_pf_23_a_lost_reply_refunds_once_and_mails_once(till: Till, bought: str) -> None:
    till.stripe.api.cut(times=2, path="POST /v1/refunds")
    refunds.refund(till.shop, 1, "operator", "asked by mail")
    assert [request.state for request in till.rows(RefundRequest)] == ["asked"]
    tell(till)  # the webhook is faster than our next try
    assert till.ad_free() == [False]
    with time_machine.travel(till.rows(RefundRequest)[0].next_try_at, tick=False):
        assert refunds.carry_out_one(till.services)
    assert [request.state for request in till.rows(RefundRequest)] == ["done"]
    assert (till.count(Refund), till.stripe.charge_of(bought)["amount_refunded"]) == (1, 499)
    assert [mail.name for mail in till.mails()] == ["payments/purchased", "payments/refunded"]


def test_while_stripe_is_down_the_wish_waits(till: Till) -> None:
    browser = buyer(till)
    till.stripe.api.down()
    assert post_refund(till, browser).status_code == 303
    assert (till.ad_free(), [request.state for request in till.rows(RefundRequest)]) == ([True], ["asked"])
    till.stripe.api.up()
    with time_machine.travel(till.rows(RefundRequest)[0].next_try_at, tick=False):
        assert refunds.carry_out_one(till.services)
    assert till.ad_free() == [False]
    assert not refunds.carry_out_one(till.services)


def test_pf_21_who_paid_twice_gets_the_second_payment_back(till: Till) -> None:
    browser = till.browser()
    for session_id in [till.order(browser, "/a/"), till.order(browser, "/b/")]:
        till.stripe.pay(session_id)
        fulfill(till.shop, session_id)
    assert refunds.carry_out_one(till.services)
    tell(till)
    assert (till.ad_free(), states(till)) == ([True], [(1, 499, "succeeded")])
    assert "the second payment goes back in full" in " ".join(till.mails()[-1].text.split())


def test_the_operator_refunds_with_a_reason_in_the_audit_log(till: Till, bought: str) -> None:
    refunds.refund(till.shop, 1, "olga", "asked by mail")
    (entry,) = till.read(lambda session: session.scalars(select(AuditEntry)).all())
    assert (entry.actor, entry.action, entry.reason) == ("olga", "order.refund", "asked by mail")
    assert entry.subject == f"order:{till.rows(Order)[0].reference}"
    assert till.ad_free() == [False]


def test_pf_20_a_held_payment_can_be_refunded(till: Till) -> None:
    fulfill(till.shop, till.buy(amount=100))
    refunds.refund(till.shop, 1, "olga", "wrong amount")
    assert states(till) == [(1, 100, "succeeded")]


def test_what_is_left_is_refunded_after_a_part(till: Till, bought: str) -> None:
    till.stripe.refund(bought, amount=200)
    tell(till)
    refunds.refund(till.shop, 1, "olga", "the rest")
    assert [cents for _, cents, _ in states(till)] == [200, 299]
    assert till.ad_free() == [False]


def test_nothing_left_is_refused(till: Till, bought: str) -> None:
    refunds.refund(till.shop, 1, "olga", "all of it")
    with pytest.raises(NotRefundableError):
        refunds.refund(till.shop, 1, "olga", "again")


def test_what_stripe_refuses_is_told_to_the_operator(till: Till, bought: str) -> None:
    till.stripe.open_dispute(bought)
    refunds.refund(till.shop, 1, "olga", "too late")
    assert [(row.state, row.last_error) for row in till.rows(RefundRequest)] == [
        ("refused", "charge_disputed")
    ]
    assert till.alarms() == ["refund-refused:1"]


def test_a_refund_made_in_the_dashboard_meanwhile_is_not_made_again(till: Till, bought: str) -> None:
    till.stripe.api.down()
    refunds.refund(till.shop, 1, "olga", "asked")
    till.stripe.api.up()
    till.stripe.refund(bought)
    tell(till)
    refunds.carry_out(till.shop, 1)
    assert [request.state for request in till.rows(RefundRequest)] == ["done"]
    assert not [call for call in till.stripe.api.sent("POST /v1/refunds") if call.status == 200]
