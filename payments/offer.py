"""The offer, in the operator's words: one template for line, page, Checkout and receipt (decision 12)."""

from dataclasses import dataclass
from urllib.parse import quote

from carrel.settings import Settings
from payments.prices import price

AND_MORE = " (and more)"
PAGE = "/pass/"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a page without the pass shows, and where it leads."""

    text: str
    url: str


def offer(settings: Settings, return_to: str, *, line: str = "", noun: str = "") -> Offer | None:
    """The offer on the page `return_to`, in an exam's own words when it has some; None when nothing is sold."""
    if not settings.sells:
        return None
    return Offer(offer_line(settings, line=line, noun=noun), f"{PAGE}?next={quote(return_to)}")


def offer_line(settings: Settings, *, line: str = "", noun: str = "") -> str:
    """`Disable ads (and more) with a membership for a one-time $4.99 payment`."""
    return (line or settings.offer_line).format(
        and_more=AND_MORE if settings.pass_extras else "",
        noun=noun or settings.pass_noun,
        price=price_display(settings),
    )


def price_display(settings: Settings) -> str:
    """The price as people read it: `$4.99`."""
    return price(settings.pass_price_cents, settings.pass_currency)


def title(settings: Settings, noun: str = "") -> str:
    """What Checkout and the receipt call it: `Carrel: membership`."""
    words = (noun or settings.pass_noun).split()
    bare = words[1:] if len(words) > 1 and words[0].lower() in {"a", "an", "the"} else words
    return f"{settings.site_name}: {' '.join(bare)}"[:200]
