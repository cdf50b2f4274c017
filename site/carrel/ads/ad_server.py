"""What pages, mails and feeds call: which ad is shown in which slot.

Never called for pass holders, who have no slots at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from carrel.ads import choice, impression_tokens, inventory, placement, slot_view
from carrel.ads.choice import AdContext
from carrel.ads.slot_view import FilledSlot, PageAds, SlotOffer
from carrel.settings import Settings
from carrel.slots import SlotPlace
from carrel.tokens import Signer

__all__ = ["AdContext", "AdServer", "FilledSlot", "PageAds", "SlotOffer", "SlotPlace"]

# The pass's own offer goes where it disturbs least; the offer line is already at the top.
OFFER_PREFERS = [
    SlotPlace.FOOT,
    SlotPlace.HOME,
    SlotPlace.LIST,
    SlotPlace.DIGEST,
    SlotPlace.FEED,
    SlotPlace.INLINE,
    SlotPlace.SIDE,
    SlotPlace.TOP,
]


@dataclass(frozen=True)
class AdPosition:
    """A slot in its place: its own name, that of its settings, and the block that it follows in a text."""

    name: str
    slot: str
    place: SlotPlace
    after: int | None = None


class AdServer:
    """Fills slots from the ads that can be shown now. Make one for each page, mail or feed.

    With `base_url`, URLs are absolute, for readers outside the site.
    """

    def __init__(
        self, session: Session, settings: Settings, signer: Signer, now: datetime, *, base_url: str = ""
    ) -> None:
        self._settings, self._signer, self._now, self._base_url = settings, signer, now, base_url
        self._ads = inventory.available(session, settings)

    def page(
        self,
        places: Sequence[SlotPlace],
        where: AdContext,
        *,
        blocks: Sequence[placement.Block] = (),
        offer: SlotOffer | None = None,
    ) -> PageAds:
        """The ads of a page with slots in these places; `blocks` are the text's when one is `SlotPlace.INLINE`."""
        spots = [spot for place in places for spot in self._spots(place, blocks)]
        filled = self._with_ads(spots, where)
        if offer and (free := [spot for spot in spots if spot not in filled]):
            spot = min(free, key=lambda position: OFFER_PREFERS.index(position.place))
            filled[spot] = self._offer(spot, where, offer)
        return PageAds(
            {spot.name if spot.after is not None else spot.place.value: ad for spot, ad in filled.items()},
            {spot.after: ad for spot, ad in filled.items() if spot.after is not None},
            choice.fresh_until(self._ads, self._now, self._settings.ad_window_minutes),
        )

    def one(self, place: SlotPlace, where: AdContext, *, offer: SlotOffer | None = None) -> FilledSlot | None:
        """The ad of a single slot: a digest's, or that of an entry in a feed."""
        return self.page([place], where, offer=offer).slots.get(place.value)

    def _spots(self, place: SlotPlace, blocks: Sequence[placement.Block]) -> Iterator[AdPosition]:
        for name, slot in self._settings.slots.items():
            if slot.place is not place or not slot.on:
                continue
            if place is not SlotPlace.INLINE:
                yield AdPosition(name, name, place)
                continue
            for number, after in enumerate(placement.positions(blocks, slot.words_apart), 1):
                yield AdPosition(f"{name}-{number}", name, place, after)

    def _with_ads(self, spots: Sequence[AdPosition], where: AdContext) -> dict[AdPosition, FilledSlot]:
        filled: dict[AdPosition, FilledSlot] = {}
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
                token = self._token(str(ad.id), spot, where)
                house = slot_view.of_ad(ad, spot.name, token, self._base_url)
                filled[spot] = house if ad.paid else self._or_network(house, spot, where)
        return filled

    def _offer(self, spot: AdPosition, where: AdContext, offer: SlotOffer) -> FilledSlot:
        label = self._settings.slots[spot.slot].label
        token = self._token(impression_tokens.OFFER, spot, where)
        return self._or_network(
            slot_view.of_offer(offer, spot.name, label, token, self._base_url), spot, where
        )

    def _or_network(self, ad: FilledSlot, spot: AdPosition, where: AdContext) -> FilledSlot:
        """The same ad; the network may take its place when the reader agrees."""
        network = self._settings.network_ad
        if not network.is_on or spot.slot not in network.slots:
            return ad
        return replace(ad, network=self._token(impression_tokens.NETWORK, spot, where))

    def _token(self, ad: str, spot: AdPosition, where: AdContext) -> str:
        # Of the window, so that a page made twice in it is the same page; of the hour where windows are long.
        start = choice.window_start(self._now, min(self._settings.ad_window_minutes, 60))
        return impression_tokens.make(
            self._signer, impression_tokens.ImpressionToken(ad, spot.slot, where.exam, where.article, start)
        )
