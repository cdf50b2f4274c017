"""A slot with its ad, as templates take it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from carrel.ads.models import HouseAd
from carrel.media import PATH

REL = "sponsored nofollow"
LARGEST_PICTURE = (640, 96)  # CSS pixels; at the side the style sheet makes it as wide as its column


@dataclass(frozen=True)
class SlotOffer:
    """The pass's own offer: what a slot may show when there is no ad for it."""

    text: str
    url: str


@dataclass(frozen=True)
class SlotImage:
    """An ad's picture, as an `<img>` needs it."""

    src: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class FilledSlot:
    """One filled slot. `id` is what the browser sends back when it saw the ad."""

    name: str
    label: str
    id: str
    title: str
    text: str
    url: str
    rel: str = REL
    image: SlotImage | None = None
    place: str = ""  # of those in the text
    network: str = (
        ""  # what it sends back when the network's ad took the house ad's place; "" where it may not
    )


@dataclass(frozen=True)
class PageAds:
    """A page's ads: by place, those in the text by their names; those in the text by the block that they follow.

    After `fresh_until` the choice is old.
    """

    slots: Mapping[str, FilledSlot] = field(default_factory=dict)
    inline: Mapping[int, FilledSlot] = field(default_factory=dict)
    fresh_until: datetime | None = None


def of_ad(ad: HouseAd, name: str, token: str, base_url: str = "") -> FilledSlot:
    """A house ad in the slot of that name; with `base_url`, for readers outside the site."""
    picture = _picture(ad, base_url) if ad.kind == "image" else None
    url = f"{base_url}{ad.url}" if ad.url.startswith("/") else ad.url
    return FilledSlot(name, ad.label, token, ad.title, ad.text, url, image=picture)


def _picture(ad: HouseAd, base_url: str) -> SlotImage:
    """Its picture, no larger than a slot: the attributes reserve the space before it loads, or when it fails."""
    scale = min(1, LARGEST_PICTURE[0] / ad.picture_width, LARGEST_PICTURE[1] / ad.picture_height)
    width, height = round(ad.picture_width * scale), round(ad.picture_height * scale)
    return SlotImage(f"{base_url}{PATH}{ad.picture}", width, height, ad.picture_alt)


def of_offer(offer: SlotOffer, name: str, label: str, token: str, base_url: str = "") -> FilledSlot:
    """The pass's own offer in the slot of that name."""
    return FilledSlot(name, label, token, offer.text, "", f"{base_url}{offer.url}", rel="nofollow")
