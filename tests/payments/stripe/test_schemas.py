"""Parsing Stripe's responses: extra fields are ignored, missing ones are an error."""

from typing import Any

import pytest

from payments.stripe.schemas import CheckoutSession, StripeResponseError, parse
from tests.payments.session_history import checkout_session, checkout_session_json


def test_pay_15_what_a_later_version_adds_is_ignored() -> None:
    assert parse(CheckoutSession, checkout_session_json(brand_new={"a": 1})) == checkout_session()


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "created",
        "livemode",
        "mode",
        "status",
        "payment_status",
        "currency",
        "amount_subtotal",
        "amount_total",
    ],
)
def test_pf_30_a_missing_field_is_never_guessed(name: str) -> None:
    answer = checkout_session_json()
    del answer[name]
    with pytest.raises(StripeResponseError) as caught:
        parse(CheckoutSession, answer)
    assert caught.value.fields == [name]


@pytest.mark.parametrize(
    "wrong",
    [{"amount_total": "499"}, {"amount_total": 4.99}, {"livemode": 0}, {"id": 7}, {"payment_status": None}],
)
def test_pf_30_a_field_of_another_kind_is_never_converted(wrong: dict[str, Any]) -> None:
    with pytest.raises(StripeResponseError):
        checkout_session(**wrong)


def test_pay_30_a_failure_names_fields_and_no_values() -> None:
    with pytest.raises(StripeResponseError) as caught:
        checkout_session(customer_details={"email": ["ada@example.com"]})
    assert "ada" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "payment_status", "paid"),
    [
        ("complete", "paid", True),
        ("complete", "no_payment_required", True),
        ("complete", "unpaid", False),
        ("open", "paid", False),
        ("open", "unpaid", False),
        ("expired", "unpaid", False),
        (None, "paid", False),
        ("complete", "a word of later", False),
    ],
)
def test_pay_07_only_complete_and_paid_is_paid(status: str | None, payment_status: str, paid: bool) -> None:
    assert checkout_session(status=status, payment_status=payment_status).is_paid is paid
