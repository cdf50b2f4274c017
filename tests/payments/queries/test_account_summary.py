"""A reader's pass and purchases as text."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import render_template

from carrel.accounts import readers
from carrel.accounts.models import Reader
from payments import refunds
from payments.fulfillment.fulfill import fulfill
from payments.ledger import manual_grants
from payments.ledger.entitlement import EntitlementReason
from payments.models import Payment
from payments.queries.account_summary import PassSummary, account_summary, export
from tests.payments.two_tabs import order_in_two_tabs
from tests.support.payments import Shop


def of(shop: Shop, reader_id: int = 1) -> PassSummary:
    summary = shop.read(lambda session: account_summary(session, shop.services.settings, reader_id))
    assert isinstance(summary, PassSummary)
    return summary


@pytest.fixture
def bought(shop: Shop) -> str:
    session_id = shop.buy()
    fulfill(shop.context, session_id)
    return session_id


def anonymous(shop: Shop) -> int:
    with shop.services.db.write() as session:
        return readers.create_anonymous(session).id


def test_somebody_who_never_paid(shop: Shop) -> None:
    assert of(shop, anonymous(shop)) == PassSummary(False, EntitlementReason.NEVER, False, ())


def test_a_bought_pass(shop: Shop, bought: str) -> None:
    summary = of(shop)
    (purchase,) = summary.purchases
    assert (summary.has_pass, summary.reason, summary.is_gift) == (True, EntitlementReason.BOUGHT, False)
    assert (purchase.title, purchase.paid, purchase.state) == ("Carrel: membership", "$4.99", "Active")
    assert purchase.receipt_url == f"{shop.stripe.base_url}/receipts/{shop.stripe.charge_of(bought)['id']}"
    assert purchase.refund_until == shop.rows(Payment)[0].paid_at + timedelta(days=14)


def test_a_refunded_pass(shop: Shop, bought: str) -> None:
    refunds.refund(shop.context, 1, "olga", "why")
    (purchase,) = of(shop).purchases
    assert (purchase.state, purchase.refunded, purchase.refund_until) == ("Refunded", "$4.99", None)


def test_a_part_refund_shows_its_sum(shop: Shop, bought: str) -> None:
    shop.stripe.refund(bought, amount=200)
    fulfill(shop.context, bought)
    (purchase,) = of(shop).purchases
    assert (purchase.state, purchase.refunded, purchase.refund_until is None) == ("Active", "$2.00", False)


def test_a_disputed_pass_is_suspended(shop: Shop, bought: str) -> None:
    shop.stripe.open_dispute(bought)
    fulfill(shop.context, bought)
    assert of(shop).purchases[0].state == "Suspended while your bank looks into the payment"


def test_a_wish_that_waits_for_stripe_is_shown(shop: Shop, bought: str) -> None:
    shop.stripe.api.down()
    refunds.refund(shop.context, 1, "olga", "why")
    assert of(shop).purchases[0].refund_requested
    assert not of(shop).purchases[0].refund_late
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61), tick=False):
        assert of(shop).purchases[0].refund_late


def test_after_the_days_the_button_is_gone(shop: Shop, bought: str) -> None:
    with time_machine.travel(shop.rows(Payment)[0].paid_at + timedelta(days=15), tick=False):
        assert of(shop).purchases[0].refund_until is None


def test_a_gift(shop: Shop) -> None:
    reader_id = anonymous(shop)
    with shop.services.db.write() as session:
        manual_grants.grant(session, reader_id, "olga", "a prize")
    assert of(shop, reader_id) == PassSummary(True, EntitlementReason.GIFT, True, ())


def test_a_pass_taken_back_by_hand_has_ended(shop: Shop, bought: str) -> None:
    with shop.services.db.write() as session:
        manual_grants.revoke(session, 1, "olga", "shared")
    assert (of(shop).has_pass, of(shop).purchases[0].state) == (False, "Ended")


def test_a_second_payment_is_explained(shop: Shop) -> None:
    browser = shop.browser()
    for session_id in order_in_two_tabs(shop, browser):
        shop.stripe.pay(session_id)
        fulfill(shop.context, session_id)
    assert [purchase.state for purchase in of(shop).purchases] == ["Paid twice: refunded in full", "Active"]


def test_the_export_holds_sums_and_states(shop: Shop, bought: str) -> None:
    def take(session: Any) -> Any:
        return export(session, session.get_one(Reader, 1))

    (order,) = shop.read(take)["orders"]
    assert (order["price"], order["currency"], order["state"]) == (499, "usd", "paid")
    assert [(paid["amount"], paid["given_back"]) for paid in order["payments"]] == [(499, 0)]


@pytest.mark.parametrize("act", ["never", "bought", "refunded", "asked"])
def test_the_card_of_the_account_page(shop: Shop, act: str) -> None:
    reader_id = anonymous(shop) if act == "never" else 1
    if act != "never":
        fulfill(shop.context, shop.buy())
    if act == "refunded":
        refunds.refund(shop.context, 1, "olga", "why")
    if act == "asked":
        shop.stripe.api.down()
        refunds.refund(shop.context, 1, "olga", "why")
    with shop.app.test_request_context(base_url="https://carrel.test"):
        card = render_template(
            "payments/pass_card.html",
            pass_summary=of(shop, reader_id),
            price="$4.99",
        )
    expected = {
        "never": "Go ad-free: a one-time $4.99 payment",
        "bought": "Request a refund",
        "refunded": "Get it again",
        "asked": "Your refund is being processed",
    }
    assert expected[act] in card
    assert ("/pass/refund" in card) == (act == "bought")
