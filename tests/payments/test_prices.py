"""Formatted prices."""

import pytest

from payments.prices import decimals, major_units, price


@pytest.mark.parametrize(
    ("cents", "currency", "words"),
    [
        (499, "usd", "$4.99"),
        (5, "usd", "$0.05"),
        (725, "eur", "€7.25"),
        (500, "jpy", "¥500"),
        (1500, "kwd", "KWD\u00a01.500"),
        (499, "chf", "CHF\u00a04.99"),
        (12_345_600, "gbp", "£123,456.00"),
        (499, "cad", "CA$4.99"),
        (0, "usd", "$0.00"),
    ],
)
def test_a_price_reads_as_people_write_it(cents: int, currency: str, words: str) -> None:
    assert price(cents, currency) == words


@pytest.mark.parametrize(("currency", "places"), [("usd", 2), ("jpy", 0), ("krw", 0), ("tnd", 3), ("isk", 2)])
def test_decimals_are_those_that_stripe_counts_with(currency: str, places: int) -> None:
    assert decimals(currency) == places


def test_a_negative_amount_has_its_minus_first() -> None:
    assert price(-499, "usd") == "-$4.99"
    assert price(-1500, "kwd") == "-KWD\N{NO-BREAK SPACE}1.500"


def test_reports_have_whole_dollars_with_all_decimals() -> None:
    amounts = [(-500, "usd"), (0, "usd"), (500, "jpy"), (1500, "kwd")]
    assert [str(major_units(*amount)) for amount in amounts] == ["-5.00", "0.00", "500", "1.500"]
