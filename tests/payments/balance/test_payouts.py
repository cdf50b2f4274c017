"""What a payout pays out, and that it adds up (https://docs.stripe.com/payouts/reconciliation)."""

import pytest

from payments.account_models import BalanceTransaction
from payments.balance import payouts
from payments.fulfillment.fulfill import fulfill
from tests.payments.balance.accounting import read_all
from tests.support.payments import Shop

pytestmark = pytest.mark.both_databases


@pytest.fixture
def paid(shop: Shop) -> Shop:
    for _ in range(2):
        fulfill(shop.context, shop.buy())
    return shop


def paid_out_by(shop: Shop) -> list[str | None]:
    return [row.payout_id for row in shop.rows(BalanceTransaction)]


def test_an_automatic_payout_names_what_it_pays_out_and_adds_up(paid: Shop) -> None:
    payout = paid.stripe.pay_out()["id"]
    read_all(paid)
    assert paid_out_by(paid) == [payout] * 3
    assert paid.read(lambda session: payouts.unpaid_total(session, payout)) == 0
    assert paid.alarms() == []


def test_it_is_asked_once(paid: Shop) -> None:
    payout = paid.stripe.pay_out()["id"]
    read_all(paid)
    assert not payouts.read_next(paid.context)
    asked = [call for call in paid.stripe.api.sent("GET /v1/balance_transactions") if "payout" in call.params]
    assert [call.params["payout"] for call in asked] == [payout]


def test_one_by_hand_is_not_asked_and_tells_nothing(paid: Shop) -> None:
    paid.stripe.pay_out(automatic=False, amount=300)
    read_all(paid)
    assert paid_out_by(paid) == [None] * 3
    assert paid.alarms() == []


def test_one_that_stripe_is_not_done_with_waits(paid: Shop) -> None:
    payout = paid.stripe.pay_out()
    paid.stripe.change(payout["id"], reconciliation_status="in_progress")
    read_all(paid)
    assert paid_out_by(paid) == [None] * 3


def test_one_that_does_not_add_up_is_told(paid: Shop) -> None:
    payout = paid.stripe.pay_out()
    first = paid.stripe.balance_transactions()[0]
    paid.stripe.change(first["id"], amount=600, net=600 - first["fee"])
    read_all(paid)
    assert paid.alarms() == [f"payout:{payout['id']}"]


def test_one_that_stripe_does_not_list_is_not_asked_for_ever(paid: Shop) -> None:
    paid.stripe.pay_out()
    paid.stripe.change(paid.stripe.balance_transactions()[-1]["source"], automatic=False)
    read_all(paid)
    assert not payouts.read_next(paid.context)
    assert [key.partition(":")[0] for key in paid.alarms()] == ["payout"]
