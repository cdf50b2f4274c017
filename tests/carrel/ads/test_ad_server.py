"""A page's slots, filled."""

from datetime import timedelta

import pytest

from carrel.ads.ad_server import AdContext, AdServer, SlotOffer
from carrel.ads.choice import window_start
from carrel.ads.impression_tokens import read
from carrel.services import Services
from carrel.slots import SlotPlace
from tests.support.ads import NOW, house_ad, paragraphs

ARTICLE = [SlotPlace.TOP, SlotPlace.INLINE, SlotPlace.SIDE, SlotPlace.FOOT]
WHERE = AdContext("what-cmp-means", "cpb", ("claims",))
OFFER = SlotOffer("Disable ads with a membership", "/pass/")


def page(services: Services, *ads: object, offer: SlotOffer | None = None, places: list[SlotPlace] = ARTICLE):  # type: ignore[no-untyped-def] # noqa: ANN201
    with services.db.write() as session:
        session.add_all(ads)
    with services.db.read() as session:
        desk = AdServer(session, services.settings, services.signer, NOW)
        return desk.page(places, WHERE, blocks=paragraphs(*[50] * 10), offer=offer)


def test_a_500_word_article_has_a_slot_at_the_top_in_the_middle_at_the_side_and_at_the_foot(
    services: Services,
) -> None:
    ads = page(services, house_ad())
    assert sorted(ads.slots) == ["foot", "inline-1", "side", "top"]
    assert [(index, ad.name) for index, ad in ads.inline.items()] == [(1, "top"), (4, "inline-1")]
    assert ads.fresh_until == window_start(NOW, 10) + timedelta(minutes=10)


def test_what_the_browser_sends_back_names_ad_slot_and_article(services: Services) -> None:
    ads = page(services, house_ad())
    token = read(services.signer, ads.inline[4].id, NOW)
    assert token is not None
    assert (token.ad, token.slot, token.exam, token.article) == ("1", "inline", "cpb", "what-cmp-means")


def test_an_ad_links_as_sponsored(services: Services) -> None:
    assert page(services, house_ad()).slots["top"].rel == "sponsored nofollow"


def test_without_any_ad_the_pass_is_offered_once_and_the_other_slots_are_not_there(
    services: Services,
) -> None:
    ads = page(services, offer=OFFER)
    assert {name: ad.title for name, ad in ads.slots.items()} == {"foot": OFFER.text}
    assert not ads.inline


def test_a_slot_that_no_ad_fits_is_not_there(services: Services) -> None:
    assert list(page(services, house_ad(slots=["side"])).slots) == ["side"]


@pytest.mark.parametrize(
    "unfit",
    [
        {"active": False},
        {"archived_at": NOW},
        {"kind": "image", "picture": "gone.webp", "picture_width": 9, "picture_height": 9},
        {"ends_at": NOW},
    ],
)
def test_an_ad_that_is_off_broken_or_over_gives_way_to_the_next_best(
    services: Services, unfit: dict[str, object]
) -> None:
    ads = page(services, house_ad(id=1, paid=True, **unfit), house_ad(id=2, title="Next best"))
    assert {ad.title for ad in ads.slots.values()} == {"Next best"}


def test_a_mail_gets_absolute_addresses(services: Services) -> None:
    with services.db.read() as session:
        desk = AdServer(session, services.settings, services.signer, NOW, base_url="https://carrel.test")
        ad = desk.one(SlotPlace.DIGEST, AdContext("digest:1"), offer=OFFER)
    assert ad is not None
    assert ad.url == "https://carrel.test/pass/"
