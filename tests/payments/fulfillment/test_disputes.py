"""Disputes: the pass rests, comes back or ends; reader and operator are told."""

import pytest

from carrel.mail.models import Alarm
from payments.fulfillment.fulfill import fulfill
from payments.models import Dispute
from tests.support.payments import Till


@pytest.fixture
def bought(till: Till) -> str:
    session_id = till.buy()
    fulfill(till.shop, session_id)
    return session_id


def tell(till: Till) -> None:
    assert set(till.deliver_all()) == {200}


@pytest.mark.parametrize("status", ["needs_response", "warning_needs_response"])
def test_pay_22_an_open_dispute_suspends_and_alarms_with_its_date(
    till: Till, bought: str, status: str
) -> None:
    made = till.stripe.open_dispute(bought, status=status)
    tell(till)
    (alarm,) = till.rows(Alarm)
    assert (till.ad_free(), alarm.key) == ([False], f"dispute:{made['id']}:{status}")
    assert alarm.subject == f"A payment is disputed: {status.replace('_', ' ')}"
    assert f"{till.rows(Dispute)[0].due_at:%d %B %Y}" in alarm.text
    assert till.mails()[-1].subject == "Your bank has disputed your payment"


@pytest.mark.parametrize(("outcome", "ad_free"), [("won", True), ("warning_closed", True), ("lost", False)])
def test_pay_22_the_decision_restores_or_revokes(
    till: Till, bought: str, outcome: str, ad_free: bool
) -> None:
    made = till.stripe.open_dispute(bought)
    tell(till)
    till.stripe.close_dispute(made["id"], outcome)
    tell(till)
    assert till.ad_free() == [ad_free]
    assert till.mails()[-1].subject == (
        "Your pass is back" if ad_free else "Your bank has decided about your payment"
    )


@pytest.mark.parametrize(("outcome", "ad_free"), [("won", True), ("lost", False)])
def test_pay_22_a_part_is_not_thrown_away(till: Till, bought: str, outcome: str, ad_free: bool) -> None:
    made = till.stripe.open_dispute(bought, amount=200)
    tell(till)
    assert till.ad_free() == [False]
    till.stripe.close_dispute(made["id"], outcome)
    tell(till)
    assert till.ad_free() == [ad_free]
    assert [(row.amount_cents, row.status) for row in till.rows(Dispute)] == [
        (200, "needs_response"),
        (200, outcome),
    ]


def test_pf_09_closed_before_created_ends_active(till: Till, bought: str) -> None:
    made = till.stripe.open_dispute(bought)
    till.stripe.close_dispute(made["id"], "won")
    assert set(till.deliver_all("charge.dispute.closed")) == {200}
    assert set(till.deliver_all("charge.dispute.created")) == {200}
    assert (till.ad_free(), till.count(Dispute)) == ([True], 1)


def test_a_dispute_that_moves_on_mails_once_for_opening(till: Till, bought: str) -> None:
    made = till.stripe.open_dispute(bought)
    tell(till)
    till.stripe.update_dispute(made["id"])
    tell(till)
    assert [mail.name for mail in till.mails()] == ["payments/purchased", "payments/dispute_opened"]


def test_a_dispute_that_comes_before_its_payment_is_entered_with_it(till: Till) -> None:
    session_id = till.buy()
    till.stripe.open_dispute(session_id)
    assert set(till.deliver_all("charge.dispute.created")) == {200}
    assert till.ad_free() == [False]
    assert till.count(Dispute) == 1


def test_a_dispute_about_somebody_elses_sale_is_ignored(till: Till) -> None:
    sale = till.stripe.foreign_sale()
    till.stripe.open_dispute(sale["id"])
    tell(till)
    assert (till.count(Dispute), till.alarms()) == (0, [])
