"""What Stripe accepts for a sale: payment methods by name, and amounts that a currency can have.

Found at the start, a wrong setting is one sentence; found at Checkout, it is a reader who cannot buy.
"""

from collections.abc import Iterator
from typing import Final, get_args

from babel.numbers import is_currency
from stripe.params.checkout import SessionCreateParams

from carrel.settings import Settings, SettingsError
from payments.prices import WITH_THREE_DECIMALS, price

# https://docs.stripe.com/currencies: two decimals in the API, none in the real world
WHOLE_AMOUNTS: Final = frozenset(["isk", "ugx"])
# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts; 50 for the rest, as in the settings
MINIMUM_CENTS: Final = {
    **{"aed": 200, "czk": 1500, "dkk": 250, "hkd": 400, "huf": 17500, "mxn": 1000, "myr": 200},
    **{"nok": 300, "pln": 200, "ron": 200, "sek": 300, "thb": 1000},
}


def require_sellable(settings: Settings) -> Settings:
    """The settings, if Stripe can sell the pass by them, or if nothing is sold. Raises `SettingsError`."""
    if settings.sells:
        for fault in _faults(settings):
            raise SettingsError(fault)
    return settings


def payment_method_types() -> frozenset[str]:
    """The names that Stripe knows for `allowed_payment_method_types`, by its own library."""
    (names,) = get_args(SessionCreateParams.__annotations__["allowed_payment_method_types"])
    literal, _ = get_args(get_args(names)[0])
    return frozenset(get_args(literal))


def _faults(settings: Settings) -> Iterator[str]:
    unknown = [name for name in settings.pass_payment_methods if name not in payment_method_types()]
    if unknown:
        yield (
            f"PASS_PAYMENT_METHODS is wrong: Stripe has no payment method {unknown[0]!r}; "
            "leave it empty to offer what is turned on in Stripe's dashboard."
        )
    cents, currency = settings.pass_price_cents, settings.pass_currency
    if not is_currency(currency.upper()):
        yield f"PASS_CURRENCY is wrong: there is no currency {currency!r}."
    if cents < MINIMUM_CENTS.get(currency, 0):
        lowest = price(MINIMUM_CENTS[currency], currency)
        yield f"PASS_PRICE_CENTS is wrong: Stripe accepts no payment below {lowest}."
    if currency in WITH_THREE_DECIMALS and cents % 10:
        yield f"PASS_PRICE_CENTS is wrong: in {currency} Stripe takes multiples of 10 only."
    if currency in WHOLE_AMOUNTS and cents % 100:
        yield f"PASS_PRICE_CENTS is wrong: in {currency} Stripe takes multiples of 100 only."
