"""Prices for people: Stripe's minor units of any currency as text in plain English."""

from decimal import Decimal

from babel import Locale
from babel.numbers import format_decimal, get_currency_symbol

# https://docs.stripe.com/currencies: how Stripe counts, which differs from ISO 4217 for a few.
WITHOUT_DECIMALS = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
WITH_THREE_DECIMALS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
ENGLISH = Locale("en", "US")


def decimals(currency: str) -> int:
    """How many digits follow the point: usd 2, jpy 0, kwd 3."""
    if currency in WITHOUT_DECIMALS:
        return 0
    return 3 if currency in WITH_THREE_DECIMALS else 2


def price(cents: int, currency: str) -> str:
    """`price(499, "usd")` → `$4.99`, `price(500, "jpy")` → `¥500`, `price(1500, "kwd")` → `KWD 1.500`.

    The space after a letter is a no-break space.
    """
    places = decimals(currency)
    pattern = "#,##0" + ("." + "0" * places if places else "")
    amount = format_decimal(Decimal(cents).scaleb(-places), pattern, ENGLISH)
    symbol = get_currency_symbol(currency.upper(), ENGLISH)
    return f"{symbol}\N{NO-BREAK SPACE}{amount}" if symbol[-1].isalpha() else f"{symbol}{amount}"
