"""Study days: 04:00, midnight, changes of the clock, and the date line."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from website.study.days import date_of, day_of, days_anywhere, study_day

ZONES = sorted(available_timezones() - {"localtime"})
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("clock", "day"),
    [("03:59", date(2026, 3, 7)), ("04:00", date(2026, 3, 8)), ("23:59", date(2026, 3, 8)), ("00:01", date(2026, 3, 7))],
)  # fmt: skip
def test_a_day_begins_at_four_in_the_morning(clock: str, day: date) -> None:
    moment = datetime.fromisoformat(f"2026-03-08T{clock}").replace(tzinfo=BERLIN)
    assert date_of(study_day(moment, BERLIN)) == day


@pytest.mark.parametrize(
    "zone", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca"]
)
@pytest.mark.parametrize("year", [2025, 2026])
def test_the_clocks_change_and_every_day_of_the_year_comes_once(zone: str, year: int) -> None:
    first = datetime(year, 1, 1, tzinfo=UTC)
    quarters = [first + timedelta(minutes=15 * number) for number in range(366 * 24 * 4)]
    days = [study_day(moment, ZoneInfo(zone)) for moment in quarters]
    assert {after - before for before, after in pairwise(days)} == {0, 1}


@given(MOMENTS, st.sampled_from(ZONES))
def test_a_day_is_one_that_it_is_somewhere_on_earth(moment: datetime, zone: str) -> None:
    assert study_day(moment, ZoneInfo(zone)) in days_anywhere(moment)


@given(MOMENTS, st.sampled_from(ZONES), st.integers(0, 36 * 60))
def test_time_goes_on_but_for_the_hour_that_a_change_of_the_clock_repeats(
    moment: datetime, zone: str, minutes: int
) -> None:
    later = moment + timedelta(minutes=minutes)
    gone = study_day(later, ZoneInfo(zone)) - study_day(moment, ZoneInfo(zone))
    assert (0 if minutes > 60 else -1) <= gone <= 3


def test_nobody_is_more_than_three_days_apart() -> None:
    for hour in range(24):
        assert len(days_anywhere(datetime(2026, 6, 1, hour, tzinfo=UTC))) in {2, 3}


def test_a_date_and_its_day_are_the_same() -> None:
    assert date_of(day_of(date(2026, 11, 29))) == date(2026, 11, 29)
    assert day_of(date(1970, 1, 1)) == 0
