"""What only somebody in Stripe's dashboard can do, as far as it can be seen from here."""

from collections.abc import Iterator

from carrel.findings import Finding, ok, warning
from carrel.settings import Settings
from payments.stripe.account import StripeAccount
from payments.stripe.errors import StripeAccessError, StripeUnavailableError

BY_HAND = (
    "Settings → Customer emails: turn on receipts for payments and refunds; the site's emails link to them.",
    "Settings → Business → Public details: the name on card statements, and where buyers reach you.",
)


def appearance(account: StripeAccount, settings: Settings) -> Iterator[Finding]:
    """The look of the payment page, and whether the price's currency is the account's. Nothing without the right."""
    try:
        details = account.account()
    except (StripeAccessError, StripeUnavailableError):
        return
    branding = details.settings.branding
    if branding.icon or branding.logo:
        yield ok("branding", "the payment page shows your logo or icon")
    else:
        yield warning(
            "branding",
            "the payment page shows neither logo nor icon",
            "Settings → Branding in Stripe's dashboard.",
        )
    own = (details.default_currency or settings.pass_currency).upper()
    if own != settings.pass_currency.upper():
        yield warning(
            "currency",
            f"the price is in {settings.pass_currency.upper()}, and the account's currency is {own}",
            "Stripe converts it for a fee, unless the account has a bank account in that currency.",
        )
    else:
        yield ok("currency", f"{own}, the account's currency")
