"""Formatting amounts in the minor unit of any currency as American English text."""

from decimal import Decimal

from babel import Locale
from babel.numbers import format_decimal, get_currency_symbol

# https://docs.stripe.com/currencies; a few differ from ISO 4217.
WITHOUT_DECIMALS = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
WITH_THREE_DECIMALS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
ENGLISH = Locale("en", "US")


def decimals(currency: str) -> int:
    """How many decimal places: usd 2, jpy 0, kwd 3."""
    if currency in WITHOUT_DECIMALS:
        return 0
    return 3 if currency in WITH_THREE_DECIMALS else 2


def major_units(cents: int, currency: str) -> Decimal:
    """`major_units(-499, "usd")` → `Decimal("-4.99")`, as Stripe's reports write amounts."""
    return Decimal(cents).scaleb(-decimals(currency))


def price(cents: int, currency: str) -> str:
    """`price(499, "usd")` → `$4.99`, `price(500, "jpy")` → `¥500`, `price(1500, "kwd")` → `KWD 1.500`.

    A negative amount has its minus first: `-$4.99`. A symbol that ends in a letter is followed by a no-break space.
    """
    places = decimals(currency)
    pattern = "#,##0" + ("." + "0" * places if places else "")
    if cents < 0:
        return f"-{price(-cents, currency)}"
    amount = format_decimal(Decimal(cents).scaleb(-places), pattern, ENGLISH)
    symbol = get_currency_symbol(currency.upper(), ENGLISH)
    return f"{symbol}\N{NO-BREAK SPACE}{amount}" if symbol[-1].isalpha() else f"{symbol}{amount}"
