"""When digests are due."""

from datetime import UTC, datetime, timedelta

import pytest

from carrel.settings import Settings
from newsletter.issues.schedule import last_due, previous_period
from newsletter.subscribers.models import Frequency

PERIODIC = [Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def in_zone(zone: str = "America/Chicago", **more: object) -> Settings:
    return Settings.model_validate({"time_zone": zone, "digest_hour": 7} | more)


def test_mail_27_a_daily_issue_is_due_at_seven_where_the_operator_is() -> None:
    settings = in_zone()

    assert last_due(settings, Frequency.DAILY, at("2026-11-14 12:59:59")).name == "2026-11-13"
    assert last_due(settings, Frequency.DAILY, at("2026-11-14 13:00:00")).name == "2026-11-14"
    assert last_due(settings, Frequency.DAILY, at("2026-11-14 13:00:00")).due_at == at("2026-11-14 13:00")


def test_mail_27_a_weekly_issue_is_due_on_its_weekday() -> None:
    settings = in_zone(digest_weekday="friday")

    period = last_due(settings, Frequency.WEEKLY, at("2026-11-14 03:00"))

    assert (period.name, period.due_at) == ("2026-W46", at("2026-11-13 13:00"))
    assert previous_period(settings, Frequency.WEEKLY, period).name == "2026-W45"


@pytest.mark.parametrize(
    ("now", "day"), [("2027-02-28 23:00", 28), ("2028-02-29 23:00", 29), ("2026-04-30 23:00", 30)]
)
def test_mail_27_a_month_without_a_31st_has_its_issue_on_its_last_day(now: str, day: int) -> None:
    period = last_due(in_zone("UTC", digest_day=31), Frequency.MONTHLY, at(now))

    assert (period.due_at.day, period.due_at.month) == (day, at(now).month)


def test_mail_27_before_the_day_of_the_month_the_last_month_counts() -> None:
    settings = in_zone("UTC", digest_day=15)

    assert last_due(settings, Frequency.MONTHLY, at("2027-01-15 06:59")).name == "2026-12"
    assert last_due(settings, Frequency.MONTHLY, at("2027-01-15 07:00")).name == "2027-01"


@pytest.mark.parametrize("zone", ["America/Chicago", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"])
@pytest.mark.parametrize("hour", [0, 2, 7, 23])
def test_mail_27_across_dst_each_period_comes_once_and_in_order(zone: str, hour: int) -> None:
    settings = in_zone(zone, digest_hour=hour)
    moments = [at("2026-01-01 00:00") + timedelta(hours=3) * step for step in range(8 * 400)]

    for frequency in PERIODIC:
        periods = [last_due(settings, frequency, moment) for moment in moments]
        names = [period.name for period in periods]
        assert all(period.due_at <= moment for period, moment in zip(periods, moments, strict=True))
        changes = [name for name, before in zip(names[1:], names, strict=False) if name != before]
        assert len(changes) == len(set(changes))
        assert (
            len(changes)
            in {Frequency.DAILY: (399, 400, 401), Frequency.WEEKLY: (57, 58), Frequency.MONTHLY: (13, 14)}[
                frequency
            ]
        )


def test_mail_27_an_hour_that_the_clock_skips_or_repeats_has_one_issue() -> None:
    settings = in_zone("America/Chicago", digest_hour=2)

    assert last_due(settings, Frequency.DAILY, at("2026-03-08 08:00")).due_at == at("2026-03-08 08:00")
    settings = in_zone("America/Chicago", digest_hour=1)
    assert last_due(settings, Frequency.DAILY, at("2026-11-01 07:30")).due_at == at("2026-11-01 06:00")
