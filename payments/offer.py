"""The offer in the operator's words, the same on pages, at Checkout, and on the receipt (decision 12)."""

from dataclasses import dataclass
from urllib.parse import quote

from carrel.settings import Settings
from payments.prices import price

# Where Checkout takes cards, it takes these wallets too: https://docs.stripe.com/payments/wallets
WAYS_TO_PAY = {
    "card": "card, Apple Pay, Google Pay",
    "amazon_pay": "Amazon Pay",
    "bancontact": "Bancontact",
    "blik": "BLIK",
    "cashapp": "Cash App Pay",
    "eps": "EPS",
    "ideal": "iDEAL",
    "klarna": "Klarna",
    "link": "Link",
    "p24": "Przelewy24",
    "paypal": "PayPal",
    "revolut_pay": "Revolut Pay",
    "sepa_debit": "SEPA debit",
    "twint": "TWINT",
    "us_bank_account": "bank account",
}
AND_MORE = " (and more)"
SHORT_LINE = "Disable ads{and_more} for {price}, once"
OFFER_PATH = "/pass/"


@dataclass(frozen=True, slots=True)
class PassOffer:
    """The text and link of the offer on a page."""

    text: str
    url: str
    short: str = ""  # for a narrow screen, where the line as it comes would take three; none for other words


def offer(settings: Settings, return_to: str, *, line: str = "", noun: str = "") -> PassOffer | None:
    """The offer on the page `return_to`, in the exam's own words if it has any; None when sales are off."""
    if not settings.sells:
        return None
    url = f"{OFFER_PATH}?next={quote(return_to)}"
    as_it_comes = not line and settings.offer_line == Settings.model_fields["offer_line"].default
    short = offer_line(settings, line=SHORT_LINE) if as_it_comes else ""
    return PassOffer(offer_line(settings, line=line, noun=noun), url, short)


def offer_line(settings: Settings, *, line: str = "", noun: str = "") -> str:
    """`Disable ads (and more) with a membership for a one-time $4.99 payment`."""
    return (line or settings.offer_line).format(
        and_more=AND_MORE if settings.pass_extras else "",
        noun=noun or settings.pass_noun,
        price=price_display(settings),
    )


def price_display(settings: Settings) -> str:
    """The price as text: `$4.99`."""
    return price(settings.pass_price_cents, settings.pass_currency)


def gift_title(settings: Settings) -> str:
    """The same for a gift: `Carrel: membership, as a gift`."""
    return f"{title(settings)[:180]}, as a gift"


def price_and_tax(settings: Settings) -> str:
    """The price, and whether tax is added at Checkout: `$4.99 plus tax`."""
    return price_display(settings) + (" plus tax" if settings.pass_tax == "exclusive" else "")


def ways_to_pay(settings: Settings) -> str:
    """`by card, Apple Pay or Google Pay`, or what is true whatever the account offers."""
    names = [WAYS_TO_PAY.get(method) for method in settings.pass_payment_methods]
    known = ", ".join(name for name in names if name)
    if not known or None in names:
        return "in one of the ways that it offers you there"
    *first, last = known.split(", ")
    return f"by {', '.join(first)} or {last}" if first else f"by {last}"


def title(settings: Settings, noun: str = "") -> str:
    """The product's name at Checkout and on the receipt: `Carrel: membership`."""
    words = (noun or settings.pass_noun).split()
    without_article = words[1:] if len(words) > 1 and words[0].lower() in {"a", "an", "the"} else words
    return f"{settings.site_name}: {' '.join(without_article)}"[:200]
