"""The demo's ads are samples, of no real brand, and there once."""

from urllib.parse import urlsplit

from carrel.ads import house_ads, inventory
from carrel.ads.samples import seed_demo_ads
from carrel.services import Services


def test_the_demo_has_sample_ads_once_however_often_it_starts(services: Services) -> None:
    for wanted in (True, False):
        with services.db.write() as session:
            assert seed_demo_ads(session, services.settings) is wanted
    with services.db.read() as session:
        ads = house_ads.every_ad(session)
        assert len(inventory.available(session, services.settings)) == len(ads) == 4


def test_a_sample_says_that_it_is_one_and_leads_nowhere_real(services: Services) -> None:
    with services.db.write() as session:
        seed_demo_ads(session, services.settings)
    with services.db.read() as session:
        for ad in house_ads.every_ad(session):
            assert ad.title.startswith("Sample ")
            assert (urlsplit(ad.url).hostname or "").endswith(".example")  # RFC 2606
