"""Comparing a payment with its order (decision 10)."""

from typing import Any

import pytest

from payments.fulfillment.payment_checks import MismatchReason, find_mismatch
from payments.models import Order
from tests.payments.session_history import checkout_session

PRICE = {"id": "price_1", "unit_amount": 499, "currency": "usd"}


def order(**changes: Any) -> Order:
    return Order(**({"price_cents": 499, "currency": "usd", "price_id": "price_1"} | changes))


def items(*line_items: dict[str, Any], has_more: bool = False) -> dict[str, Any]:
    return {"line_items": {"data": list(line_items), "has_more": has_more}}


def test_what_was_ordered_is_no_mismatch() -> None:
    assert find_mismatch(order(), checkout_session(), allows_promotion_codes=False) is None


def test_a_price_that_we_do_not_know_yet_is_no_mismatch() -> None:
    assert find_mismatch(order(price_id=None), checkout_session(), allows_promotion_codes=False) is None


def test_tax_and_promotion_codes_change_the_total_only() -> None:
    assert find_mismatch(order(), checkout_session(amount_total=598), allows_promotion_codes=False) is None
    assert find_mismatch(order(), checkout_session(amount_total=399), allows_promotion_codes=False) is None


@pytest.mark.parametrize(
    ("changes", "mismatch"),
    [
        ({"mode": "setup"}, MismatchReason.MODE),
        ({"currency": "eur"}, MismatchReason.CURRENCY),
        ({"currency": None}, MismatchReason.CURRENCY),
        ({"amount_subtotal": 1}, MismatchReason.AMOUNT),
        ({"amount_subtotal": 500}, MismatchReason.AMOUNT),
        ({"amount_subtotal": None}, MismatchReason.AMOUNT),
        ({"line_items": None}, MismatchReason.ITEM),
        (items(), MismatchReason.ITEM),
        (items({"quantity": 0, "price": PRICE}), MismatchReason.ITEM),
        (items({"quantity": 2, "price": PRICE}), MismatchReason.ITEM),
        (items({"quantity": 1, "price": None}), MismatchReason.ITEM),
        (items({"quantity": 1, "price": PRICE | {"id": "price_2"}}), MismatchReason.ITEM),
        (items({"quantity": 1, "price": PRICE | {"unit_amount": 1}}), MismatchReason.ITEM),
        (items({"quantity": 1, "price": PRICE | {"currency": "eur"}}), MismatchReason.ITEM),
        (items({"quantity": 1, "price": PRICE}, {"quantity": 1, "price": PRICE}), MismatchReason.ITEM),
        (items({"quantity": 1, "price": PRICE}, has_more=True), MismatchReason.ITEM),
        ({"payment_status": "no_payment_required"}, MismatchReason.NOTHING_PAID),
    ],
)
def test_pay_08_whatever_differs_is_a_mismatch(changes: dict[str, Any], mismatch: MismatchReason) -> None:
    assert find_mismatch(order(), checkout_session(**changes), allows_promotion_codes=False) is mismatch


def test_pay_07_nothing_paid_is_right_only_where_codes_are_given() -> None:
    free = checkout_session(payment_status="no_payment_required", amount_total=0)
    assert find_mismatch(order(), free, allows_promotion_codes=True) is None
