"""An ad that cannot be shown is told to the operator, once."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from carrel.ads.maintenance import AdMaintenance
from carrel.ads.models import AdCount, HouseAd, Salt
from carrel.mail.models import Alarm
from carrel.services import Services
from tests.support.ads import NOW, house_ad

UPKEEP = AdMaintenance(lambda _session: ["cpb", "ccm"])


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def put(services: Services, **changes: Any) -> None:
    with services.db.write() as session:
        session.add(house_ad(**changes))


def alarms(services: Services) -> list[tuple[str, int]]:
    with services.db.read() as session:
        return [(alarm.text, alarm.count) for alarm in session.scalars(select(Alarm))]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends_at": NOW}, "Its end date has passed"),
        (
            {"kind": "image", "picture": "gone.webp", "picture_width": 9, "picture_height": 9},
            "Its picture is missing",
        ),
        ({"slots": ["topp"]}, "the slot 'topp'"),
        ({"exams": ["cpx"]}, "the exam 'cpx'"),
    ],
)
def test_an_ad_that_is_over_broken_or_unknown_is_told_once(
    services: Services, changes: dict[str, Any], words: str
) -> None:
    put(services, **changes)
    for _ in range(3):
        assert UPKEEP.run_step(services) is False
    ((text, count),) = alarms(services)
    assert text.startswith(words) or words in text
    assert count == 1


def test_an_ad_that_reached_its_cap_is_told(services: Services) -> None:
    put(services, cap=5)
    with services.db.write() as session:
        session.add(AdCount(hour=NOW, ad="1", slot="side", exam="cpb", views=5, clicks=0))
    UPKEEP.run_step(services)
    assert alarms(services)[0][0].startswith("It has reached its limit of 5 views")


@pytest.mark.parametrize(
    "changes", [{}, {"starts_at": NOW + timedelta(days=1)}, {"active": False, "ends_at": NOW}]
)
def test_an_ad_that_is_well_waits_or_was_switched_off_is_not_told(
    services: Services, changes: dict[str, Any]
) -> None:
    put(services, **changes)
    UPKEEP.run_step(services)
    assert alarms(services) == []


def test_an_ad_that_was_mended_and_breaks_again_is_told_again(services: Services) -> None:
    put(services, ends_at=NOW)
    UPKEEP.run_step(services)
    for ends_at in (NOW + timedelta(days=1), NOW - timedelta(days=1)):
        with services.db.write() as session:
            session.get_one(HouseAd, 1).ends_at = ends_at
        UPKEEP.run_step(services)
    assert [count for _, count in alarms(services)] == [2]


def test_old_salts_are_thrown_away_without_a_single_visitor(services: Services) -> None:
    with services.db.write() as session:
        session.add(Salt(period=NOW - timedelta(hours=3), value=b"x" * 32))
    UPKEEP.run_step(services)
    with services.db.read() as session:
        assert session.scalars(select(Salt)).all() == []
