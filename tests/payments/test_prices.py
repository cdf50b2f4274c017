"""Formatted prices."""

import pytest

from payments.prices import decimals, price


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
