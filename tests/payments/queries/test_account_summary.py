"""A reader's pass and its history in words."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import render_template

from carrel.accounts import readers
from carrel.accounts.models import Reader
from payments import refunds
from payments.fulfillment.fulfill import fulfill
from payments.ledger import manual_grants
from payments.ledger.entitlement import Reason
from payments.models import Payment
from payments.queries.account_summary import PassSummary, export, standing
from tests.support.payments import Till


def of(till: Till, reader_id: int = 1) -> PassSummary:
    found = till.read(lambda session: standing(session, till.services.settings, reader_id))
    assert isinstance(found, PassSummary)
    return found


@pytest.fixture
def bought(till: Till) -> str:
    session_id = till.buy()
    fulfill(till.shop, session_id)
    return session_id


def anonymous(till: Till) -> int:
    with till.services.db.write() as session:
        return readers.create_anonymous(session).id


def test_somebody_who_never_paid(till: Till) -> None:
    assert of(till, anonymous(till)) == PassSummary(False, Reason.NEVER, False, ())


def test_a_bought_pass(till: Till, bought: str) -> None:
    found = of(till)
    (purchase,) = found.purchases
    assert (found.has_pass, found.reason, found.is_gift) == (True, Reason.BOUGHT, False)
    assert (purchase.title, purchase.paid, purchase.state) == ("Carrel: membership", "$4.99", "Active")
    assert purchase.receipt_url == f"{till.stripe.base_url}/receipts/{till.stripe.charge_of(bought)['id']}"
    assert purchase.refund_until == till.rows(Payment)[0].paid_at + timedelta(days=14)


def test_a_refunded_pass(till: Till, bought: str) -> None:
    refunds.refund(till.shop, 1, "olga", "why")
    (purchase,) = of(till).purchases
    assert (purchase.state, purchase.refunded, purchase.refund_until) == ("Refunded", "$4.99", None)


def test_a_part_refund_shows_its_sum(till: Till, bought: str) -> None:
    till.stripe.refund(bought, amount=200)
    fulfill(till.shop, bought)
    (purchase,) = of(till).purchases
    assert (purchase.state, purchase.refunded, purchase.refund_until is None) == ("Active", "$2.00", False)


def test_a_disputed_pass_rests(till: Till, bought: str) -> None:
    till.stripe.open_dispute(bought)
    fulfill(till.shop, bought)
    assert of(till).purchases[0].state == "Resting while your bank looks into the payment"


def test_a_wish_that_waits_for_stripe_is_shown(till: Till, bought: str) -> None:
    till.stripe.api.down()
    refunds.refund(till.shop, 1, "olga", "why")
    assert of(till).purchases[0].refund_asked


def test_after_the_days_the_button_is_gone(till: Till, bought: str) -> None:
    with time_machine.travel(till.rows(Payment)[0].paid_at + timedelta(days=15), tick=False):
        assert of(till).purchases[0].refund_until is None


def test_a_gift(till: Till) -> None:
    reader_id = anonymous(till)
    with till.services.db.write() as session:
        manual_grants.give(session, reader_id, "olga", "a prize")
    assert of(till, reader_id) == PassSummary(True, Reason.GIFT, True, ())


def test_a_pass_taken_back_by_hand_has_ended(till: Till, bought: str) -> None:
    with till.services.db.write() as session:
        manual_grants.take_back(session, 1, "olga", "shared")
    assert (of(till).has_pass, of(till).purchases[0].state) == (False, "Ended")


def test_a_second_payment_is_explained(till: Till) -> None:
    browser = till.browser()
    for session_id in [till.order(browser, "/a/"), till.order(browser, "/b/")]:
        till.stripe.pay(session_id)
        fulfill(till.shop, session_id)
    assert [purchase.state for purchase in of(till).purchases] == ["Paid twice: returned in full", "Active"]


def test_the_export_holds_sums_and_states(till: Till, bought: str) -> None:
    def take(session: Any) -> Any:
        return export(session, session.get_one(Reader, 1))

    (order,) = till.read(take)["orders"]
    assert (order["price"], order["currency"], order["state"]) == (499, "usd", "paid")
    assert [(paid["amount"], paid["given_back"]) for paid in order["payments"]] == [(499, 0)]


@pytest.mark.parametrize("act", ["never", "bought", "refunded", "asked"])
def test_the_card_of_the_account_page(till: Till, act: str) -> None:
    reader_id = anonymous(till) if act == "never" else 1
    if act != "never":
        fulfill(till.shop, till.buy())
    if act == "refunded":
        refunds.refund(till.shop, 1, "olga", "why")
    if act == "asked":
        till.stripe.api.down()
        refunds.refund(till.shop, 1, "olga", "why")
    with till.app.test_request_context(base_url="https://carrel.test"):
        card = render_template(
            "payments/pass_card.html",
            standing=of(till, reader_id),
            price="$4.99",
            day=lambda moment: f"{moment:%d %B}",
        )
    expected = {
        "never": "Read without ads for $4.99, once",
        "bought": "Give me my money back",
        "refunded": "Get it again",
        "asked": "Your money is on its way back",
    }
    assert expected[act] in card
    assert ("/pass/refund" in card) == (act == "bought")
