"""What pages, mails and feeds call: which ad stands in which slot.

Never called for the pass edition: it has no slots at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from carrel.ads import choice, impression_tokens, inventory, placement, slot_view
from carrel.ads.choice import Where
from carrel.ads.slot_view import FilledSlot, Offer, PageAds
from carrel.settings import Settings
from carrel.slots import Place
from carrel.tokens import Signer

__all__ = ["AdServer", "FilledSlot", "Offer", "PageAds", "Place", "Where"]

# Where the pass's own offer does least harm comes first; the offer line already stands at the top.
OFFER_PREFERS = [
    Place.FOOT,
    Place.HOME,
    Place.LIST,
    Place.DIGEST,
    Place.FEED,
    Place.INLINE,
    Place.SIDE,
    Place.TOP,
]


@dataclass(frozen=True)
class Spot:
    """A slot where it stands: its own name, that of its settings, and the block that it follows in a text."""

    name: str
    slot: str
    place: Place
    after: int | None = None


class AdServer:
    """Fills slots from the ads that can be shown now. Make one for each page, mail or feed.

    With `base_url`, addresses are absolute, for readers outside the site.
    """

    def __init__(
        self, session: Session, settings: Settings, signer: Signer, now: datetime, *, base_url: str = ""
    ) -> None:
        self._settings, self._signer, self._now, self._base_url = settings, signer, now, base_url
        self._ads = inventory.usable(session, settings)

    def page(
        self,
        places: Sequence[Place],
        where: Where,
        *,
        blocks: Sequence[placement.Block] = (),
        offer: Offer | None = None,
    ) -> PageAds:
        """The ads of a page with slots in these places; `blocks` are the text's when one is `Place.INLINE`."""
        spots = [spot for place in places for spot in self._spots(place, blocks)]
        filled = self._with_ads(spots, where)
        if offer and (free := [spot for spot in spots if spot not in filled]):
            spot = min(free, key=lambda each: OFFER_PREFERS.index(each.place))
            filled[spot] = self._offer(spot, where, offer)
        return PageAds(
            {spot.name if spot.after is not None else spot.place.value: ad for spot, ad in filled.items()},
            {spot.after: ad for spot, ad in filled.items() if spot.after is not None},
            choice.fresh_until(self._ads, self._now, self._settings.ad_window_minutes),
        )

    def one(self, place: Place, where: Where, *, offer: Offer | None = None) -> FilledSlot | None:
        """The ad of a single slot: a digest's, or that of an entry in a feed."""
        return self.page([place], where, offer=offer).slots.get(place.value)

    def _spots(self, place: Place, blocks: Sequence[placement.Block]) -> Iterator[Spot]:
        for name, slot in self._settings.slots.items():
            if slot.place is not place or not slot.on:
                continue
            if place is not Place.INLINE:
                yield Spot(name, name, place)
                continue
            for number, after in enumerate(placement.positions(blocks, slot.words_apart), 1):
                yield Spot(f"{name}-{number}", name, place, after)

    def _with_ads(self, spots: Sequence[Spot], where: Where) -> dict[Spot, FilledSlot]:
        filled: dict[Spot, FilledSlot] = {}
        already: set[int] = set()
        for spot in spots:
            ad = choice.choose(
                self._ads,
                spot.slot,
                where,
                now=self._now,
                minutes=self._settings.ad_window_minutes,
                name=spot.name,
                already=already,
            )
            if ad is not None:
                already.add(ad.id)
                stamp = self._stamp(str(ad.id), spot, where)
                house = slot_view.of_ad(ad, spot.name, stamp, self._base_url)
                filled[spot] = house if ad.paid else self._or_network(house, spot, where)
        return filled

    def _offer(self, spot: Spot, where: Where, offer: Offer) -> FilledSlot:
        label = self._settings.slots[spot.slot].label
        stamp = self._stamp(impression_tokens.OFFER, spot, where)
        return self._or_network(
            slot_view.of_offer(offer, spot.name, label, stamp, self._base_url), spot, where
        )

    def _or_network(self, ad: FilledSlot, spot: Spot, where: Where) -> FilledSlot:
        """The same ad; the network may take its place when the reader agrees."""
        network = self._settings.network_ad
        if not network.is_on or spot.slot not in network.slots:
            return ad
        return replace(ad, network=self._stamp(impression_tokens.NETWORK, spot, where))

    def _stamp(self, ad: str, spot: Spot, where: Where) -> str:
        # Of the window, so that a page made twice in it is the same page; of the hour where windows are long.
        start = choice.window_start(self._now, min(self._settings.ad_window_minutes, 60))
        return impression_tokens.make(
            self._signer, impression_tokens.ImpressionToken(ad, spot.slot, where.exam, where.article, start)
        )
