"""Counters of hours become counters of days, and reports say what they said."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from carrel.ads import reports
from carrel.ads.models import AdCount, PageCount
from carrel.ads.reports import ReportPeriod
from carrel.ads.roll_up import AdRollUp
from carrel.services import Services
from tests.newsletter.issues.test_freezing import CrashError, crashing_at

FIRST, LAST, TODAY = date(2026, 3, 27), date(2026, 3, 31), datetime(2026, 6, 1, tzinfo=UTC)
ZONES = (
    "UTC",
    "America/New_York",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "Europe/Berlin",
)  # Berlin lost an hour


def in_zone(services: Services, zone: str) -> Services:
    return replace(services, settings=services.settings.model_copy(update={"time_zone": zone}))


def put_counters(services: Services, days: int = 5) -> None:
    began = datetime(2026, 3, 27, tzinfo=UTC)
    with services.db.write() as session:
        for hour in range(days * 24):
            at = began + timedelta(hours=hour)
            for exam in ("cpb", "ccm"):
                session.add(AdCount(hour=at, ad="1", slot="side", exam=exam, views=hour + 1, clicks=hour % 3))
                session.add(PageCount(hour=at, article=f"page-{hour % 2}", exam=exam, views=hour + 1))


def said(services: Services) -> tuple[object, ...]:
    """What the reports of these days say."""
    span = ReportPeriod(FIRST, LAST, services.settings.zone)
    one = replace(span, last=date(2026, 3, 29), exam="cpb")
    with services.db.read() as session:
        return (
            reports.by_day(session, span),
            reports.by_day(session, one),
            reports.by_dimension(session, one, "exam"),
            reports.page_views(session, one),
            reports.page_views(session, span),
        )


def hours(services: Services) -> set[datetime]:
    with services.db.read() as session:
        return {*session.scalars(select(AdCount.hour)), *session.scalars(select(PageCount.hour))}


@pytest.mark.parametrize("zone", ZONES)
def test_a_month_later_each_day_has_one_counter_and_reports_say_the_same(
    services: Services, zone: str
) -> None:
    site = in_zone(services, zone)
    put_counters(site)
    before, step = said(site), AdRollUp()
    with time_machine.travel(TODAY, tick=False):
        for _ in range(5 * 24):
            assert step.run_step(site) is False
    assert said(site) == before
    assert len(hours(site)) in (5, 6)  # a zone's days begin at another hour
    assert {at.astimezone(ZoneInfo(zone)).hour for at in hours(site)} <= {11, 12}


def test_what_is_younger_than_a_month_stays(services: Services) -> None:
    put_counters(services)
    with time_machine.travel(datetime(2026, 4, 26, tzinfo=UTC), tick=False):
        AdRollUp().run_step(services)
    assert len(hours(services)) == 5 * 24


def test_a_crash_at_any_statement_loses_no_view_and_counts_none_twice(services: Services) -> None:
    put_counters(services, days=1)
    before, crashes = said(services), 0
    with time_machine.travel(TODAY, tick=False):
        while len(hours(services)) > 1:
            for statement in count(1):
                try:
                    with crashing_at(services, statement):
                        AdRollUp().run_step(services)
                    break
                except CrashError:
                    crashes += 1
                assert said(services) == before
    assert crashes > 50
    assert said(services) == before
