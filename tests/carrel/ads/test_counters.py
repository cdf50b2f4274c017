"""Counting many views at once."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from carrel.ads import counters
from carrel.ads.events import ad_event
from carrel.ads.impression_tokens import ImpressionToken
from carrel.ads.models import AdCount
from carrel.page_cache import current_cache_version
from carrel.services import Services
from tests.support.ads import NOW, house_ad

PAIR = (b"s" * 32, b"b" * 32)
pytestmark = pytest.mark.usefixtures("noon")


def view(number: int, ad: str = "1", at: datetime = NOW) -> Any:
    return ad_event(
        "view", ImpressionToken(ad, "side", "cpb", "what-cmp-means", NOW), f"browser {number}", PAIR, at
    )


def test_an_ad_that_reaches_its_cap_leaves_the_kept_pages(services: Services) -> None:
    with services.db.write() as session:
        session.add(house_ad(cap=10))
    epochs = []
    for start in (0, 4, 9, 20, 30):
        with services.db.write() as session:
            counters.count(session, [view(number) for number in range(start, start + 5)])
            epochs.append(current_cache_version(session))
    assert epochs == [1, 1, 2, 2, 2]


def test_a_thousand_views_in_one_flush_are_counted(services: Services) -> None:
    with services.db.write() as session:
        assert counters.count(session, [view(number) for number in range(1234)]) == 1234
        assert session.scalar(select(AdCount.views)) == 1234
