"""Disputes: the pass is suspended, restored, or ended; reader and operator are notified."""

import pytest

from carrel.mail.models import Alarm
from payments.fulfillment.fulfill import fulfill
from payments.models import Dispute
from tests.support.payments import Shop


@pytest.fixture
def bought(shop: Shop) -> str:
    session_id = shop.buy()
    fulfill(shop.context, session_id)
    return session_id


def tell(shop: Shop) -> None:
    assert set(shop.deliver_all()) == {200}


@pytest.mark.parametrize("status", ["needs_response", "warning_needs_response"])
def test_pay_22_an_open_dispute_suspends_and_alarms_with_its_date(
    shop: Shop, bought: str, status: str
) -> None:
    made = shop.stripe.open_dispute(bought, status=status)
    tell(shop)
    (alarm,) = shop.rows(Alarm)
    assert (shop.ad_free(), alarm.key) == ([False], f"dispute:{made['id']}:{status}")
    assert alarm.subject == f"A payment is disputed: {status.replace('_', ' ')}"
    due_at = shop.rows(Dispute)[0].due_at
    assert due_at is not None
    said = f"by {due_at:%A, %B} {due_at.day}, {due_at.year}, {due_at.hour % 12 or 12}:{due_at:%M}"
    assert said in alarm.text
    assert shop.mails()[-1].subject == "Your bank has disputed your payment"


@pytest.mark.parametrize(("outcome", "ad_free"), [("won", True), ("warning_closed", True), ("lost", False)])
def test_pay_22_the_decision_restores_or_revokes(
    shop: Shop, bought: str, outcome: str, ad_free: bool
) -> None:
    made = shop.stripe.open_dispute(bought)
    tell(shop)
    shop.stripe.close_dispute(made["id"], outcome)
    tell(shop)
    assert shop.ad_free() == [ad_free]
    assert shop.mails()[-1].subject == (
        "Your pass is back" if ad_free else "Your bank has decided about your payment"
    )


@pytest.mark.parametrize(("outcome", "ad_free"), [("won", True), ("lost", False)])
def test_pay_22_a_part_is_not_thrown_away(shop: Shop, bought: str, outcome: str, ad_free: bool) -> None:
    made = shop.stripe.open_dispute(bought, amount=200)
    tell(shop)
    assert shop.ad_free() == [False]
    shop.stripe.close_dispute(made["id"], outcome)
    tell(shop)
    assert shop.ad_free() == [ad_free]
    assert [(row.amount_cents, row.status) for row in shop.rows(Dispute)] == [
        (200, "needs_response"),
        (200, outcome),
    ]


def test_pf_09_closed_before_created_ends_active(shop: Shop, bought: str) -> None:
    made = shop.stripe.open_dispute(bought)
    shop.stripe.close_dispute(made["id"], "won")
    assert set(shop.deliver_all("charge.dispute.closed")) == {200}
    assert set(shop.deliver_all("charge.dispute.created")) == {200}
    assert (shop.ad_free(), shop.count(Dispute)) == ([True], 1)


def test_a_dispute_that_moves_on_mails_once_for_opening(shop: Shop, bought: str) -> None:
    made = shop.stripe.open_dispute(bought)
    tell(shop)
    shop.stripe.update_dispute(made["id"])
    tell(shop)
    assert [mail.name for mail in shop.mails()] == ["payments/purchased", "payments/dispute_opened"]


def test_a_dispute_that_comes_before_its_payment_is_entered_with_it(shop: Shop) -> None:
    session_id = shop.buy()
    shop.stripe.open_dispute(session_id)
    assert set(shop.deliver_all("charge.dispute.created")) == {200}
    assert shop.ad_free() == [False]
    assert shop.count(Dispute) == 1


def test_a_dispute_about_somebody_elses_sale_is_ignored(shop: Shop) -> None:
    sale = shop.stripe.sell_unrelated_product()
    shop.stripe.open_dispute(sale["id"])
    tell(shop)
    assert (shop.count(Dispute), shop.alarms()) == (0, [])
