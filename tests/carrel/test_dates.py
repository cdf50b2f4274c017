"""Dates as people read them: where the site is, in its English."""

from datetime import UTC, date, datetime

import pytest

from carrel.dates import day_in_words, moment_in_words, month_in_words, short_date, short_day, short_moment
from carrel.settings import Settings, load

DAY = date(2026, 8, 18)
LATE = datetime(2026, 8, 19, 1, 30, tzinfo=UTC)  # still the 18th in Chicago


def site(language: str) -> Settings:
    return load({"SITE_LANGUAGE": language, "TIME_ZONE": "America/Chicago"})


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en-US", "August 18, 2026"),
        ("en-GB", "18 August 2026"),
        ("en-CA", "August 18, 2026"),
        ("de", "August 18, 2026"),
        ("ar", "August 18, 2026"),
    ],
)
def test_a_day_is_written_as_the_sites_english_writes_it(language: str, words: str) -> None:
    assert day_in_words(site(language), DAY) == words


def test_the_day_of_a_moment_is_that_of_the_sites_time_zone() -> None:
    assert day_in_words(site("en-US"), LATE) == "August 18, 2026"


def test_a_moment_has_its_weekday_and_zone_and_no_odd_space() -> None:
    assert moment_in_words(site("en-US"), LATE) == "Tuesday, August 18, 2026, 8:30 PM CDT"
    assert moment_in_words(site("en-GB"), LATE) == "Tuesday, 18 August 2026, 20:30 CDT"


def test_tables_have_the_short_form() -> None:
    assert short_moment(site("en-US"), LATE) == "Aug 18, 2026, 8:30 PM"
    assert short_moment(site("en-GB"), LATE) == "18 Aug 2026, 20:30"
    assert [short_date(site(tag), LATE) for tag in ("en-US", "en-GB")] == ["Aug 18, 2026", "18 Aug 2026"]


def test_months_and_the_labels_of_charts_follow() -> None:
    assert month_in_words(site("en-GB"), DAY) == "August 2026"
    assert [short_day(tag, DAY) for tag in ("en-US", "en-GB", "he")] == ["Aug 18", "18 Aug", "Aug 18"]
