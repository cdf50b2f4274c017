"""Stripe's currencies: decimals, minimum charges, formatted amounts."""

from __future__ import annotations

from website.demo.fake_stripe.account_state import default_object
from website.demo.fake_stripe.errors import ApiError

# docs.stripe.com/currencies
_KNOWN = default_object("currencies")
CURRENCIES = frozenset(_KNOWN["all"].split())
_NO_DECIMALS = frozenset(_KNOWN["no_decimals"].split())
_THREE_DECIMALS = frozenset(_KNOWN["three_decimals"].split())
_SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "cad": "CA$", "aud": "A$", "inr": "₹"}
_MINIMUM = {"gbp": 30, "jpy": 50, "dkk": 250, "sek": 300, "nok": 300, "pln": 200, "mxn": 1000}


def decimals(currency: str) -> int:
    """How many decimal places: ``usd`` 2, ``jpy`` 0, ``kwd`` 3."""
    return 0 if currency in _NO_DECIMALS else 3 if currency in _THREE_DECIMALS else 2


def format_amount(amount: int, currency: str) -> str:
    """``format_amount(499, "usd")`` → ``$4.99``; other currencies by their code."""
    places = decimals(currency)
    number = f"{amount / 10**places:,.{places}f}"
    symbol = _SYMBOLS.get(currency)
    return f"{symbol}{number}" if symbol else f"{number} {currency.upper()}"


def check_currency(currency: str, param: str) -> str:
    """The currency in lower case. Raises ApiError if Stripe does not support it."""
    if currency.lower() not in CURRENCIES:
        raise ApiError(f"Invalid currency: {currency}.", param=param)
    return currency.lower()


def check_minimum(amount: int, currency: str) -> None:
    """Raises ApiError for a total under Stripe's minimum charge; zero is allowed."""
    minimum = _MINIMUM.get(currency, 50)
    if 0 < amount < minimum:
        raise ApiError(
            f"The Checkout Session's total amount due must add up to at least "
            f"{format_amount(minimum, currency)} {currency}",
            code="amount_too_small",
        )
