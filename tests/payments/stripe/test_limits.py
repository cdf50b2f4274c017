"""Settings by which Stripe would sell nothing are refused at the start."""

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from carrel.settings import Settings, SettingsError
from payments.stripe.limits import payment_method_types, require_sellable


def selling(**changes: Any) -> Settings:
    return Settings(
        stripe_secret_key=SecretStr("sk_test_x"), stripe_webhook_secret=(SecretStr("whsec_x"),), **changes
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"pass_payment_methods": ("card", "papyal")}, "no payment method 'papyal'"),
        ({"pass_currency": "usx"}, "no currency 'usx'"),
        ({"pass_price_cents": 1499, "pass_currency": "kwd"}, "multiples of 10"),
        ({"pass_price_cents": 49_950, "pass_currency": "isk"}, "multiples of 100"),
        ({"pass_price_cents": 299, "pass_currency": "sek"}, "below SEK\N{NO-BREAK SPACE}3.00"),
    ],
    ids=[
        "a mistyped method",
        "a mistyped currency",
        "a tenth of a fils",
        "half a krona",
        "less than Stripe takes",
    ],
)
def test_what_stripe_would_refuse_is_one_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        require_sellable(selling(**changes))
    assert require_sellable(Settings(**changes)).sells is False


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"pass_payment_methods": ()},
        {"pass_payment_methods": ("card", "paypal", "us_bank_account", "boleto", "link")},
        {"pass_price_cents": 1500, "pass_currency": "kwd"},
        {"pass_price_cents": 500, "pass_currency": "jpy"},
    ],
)
def test_what_stripe_takes_is_left_alone(changes: dict[str, Any]) -> None:
    assert require_sellable(selling(**changes)).sells


def test_the_names_are_those_of_stripes_library() -> None:
    assert {"card", "link", "paypal", "sepa_debit", "us_bank_account", "klarna"} <= payment_method_types()


@pytest.mark.parametrize(
    "changes",
    [
        {"checkout_host": "https://pay.example.org"},
        {"checkout_host": "pay.example.org;"},
        {"checkout_host": "localhost"},
        {"pass_tax_code": "txcd_1"},
        {"pass_statement_suffix": "1234"},
        {"pass_statement_suffix": "NO*ADS"},
        {"pass_statement_suffix": "SANS PUBLICITÉ"},
        {"pass_statement_suffix": "A SUFFIX OF 23 LETTERS!"},
    ],
)
def test_malformed_values_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**changes)
