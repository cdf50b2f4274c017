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
        positions = [position for place in places for position in self._positions(place, blocks)]
        filled = self._with_ads(positions, where)
        if offer and (free := [position for position in positions if position not in filled]):
            position = min(free, key=lambda one: OFFER_PREFERS.index(one.place))
            filled[position] = self._offer(position, where, offer)
        return PageAds(
            {
                position.name if position.place is SlotPlace.INLINE else position.place.value: ad
                for position, ad in filled.items()
            },
            {
                position.after: replace(ad, place=position.place)
                for position, ad in filled.items()
                if position.after is not None
            },
            choice.fresh_until(self._ads, self._now, self._settings.ad_window_minutes),
        )

    def one(self, place: SlotPlace, where: AdContext, *, offer: SlotOffer | None = None) -> FilledSlot | None:
        """The ad of a single slot: a digest's, or that of an entry in a feed."""
        return self.page([place], where, offer=offer).slots.get(place.value)

    def _positions(self, place: SlotPlace, blocks: Sequence[placement.Block]) -> Iterator[AdPosition]:
        for name, slot in self._settings.slots.items():
            if slot.place is not place or not slot.on:
                continue
            if place is SlotPlace.TOP:
                if (after := placement.opening(blocks)) is not None:
                    yield AdPosition(name, name, place, after)
            elif place is SlotPlace.INLINE:
                places = placement.positions(blocks, slot.words_apart, self._opening(blocks))
                for number, after in enumerate(places, 1):
                    yield AdPosition(f"{name}-{number}", name, place, after)
            else:
                yield AdPosition(name, name, place)

    def _opening(self, blocks: Sequence[placement.Block]) -> int:
        """The block that the slot at the top follows, if there is such a slot."""
        has_top = any(slot.place is SlotPlace.TOP and slot.on for slot in self._settings.slots.values())
        after = placement.opening(blocks) if has_top else None
        return placement.BEFORE_THE_TEXT if after is None else after

    def _with_ads(self, positions: Sequence[AdPosition], where: AdContext) -> dict[AdPosition, FilledSlot]:
        filled: dict[AdPosition, FilledSlot] = {}
        already: set[int] = set()
        for position in positions:
            ad = choice.choose(
                self._ads,
                position.slot,
                where,
                now=self._now,
                minutes=self._settings.ad_window_minutes,
                name=position.name,
                already=already,
            )
            if ad is not None:
                already.add(ad.id)
                token = self._token(str(ad.id), position, where)
                house = slot_view.of_ad(ad, position.name, token, self._base_url)
                filled[position] = house if ad.paid else self._or_network(house, position, where)
        return filled

    def _offer(self, position: AdPosition, where: AdContext, offer: SlotOffer) -> FilledSlot:
        label = self._settings.slots[position.slot].label
        token = self._token(impression_tokens.OFFER, position, where)
        return self._or_network(
            slot_view.of_offer(offer, position.name, label, token, self._base_url), position, where
        )

    def _or_network(self, ad: FilledSlot, position: AdPosition, where: AdContext) -> FilledSlot:
        """The same ad; the network may take its place when the reader agrees."""
        network = self._settings.network_ad
        if not network.is_on or position.slot not in network.slots:
            return ad
        return replace(ad, network=self._token(impression_tokens.NETWORK, position, where))

    def _token(self, ad: str, position: AdPosition, where: AdContext) -> str:
        # Of the window, so that a page made twice in it is the same page; of the hour where windows are long.
        start = choice.window_start(self._now, min(self._settings.ad_window_minutes, 60))
        return impression_tokens.make(
            self._signer,
            impression_tokens.ImpressionToken(ad, position.slot, where.exam, where.article, start),
        )
