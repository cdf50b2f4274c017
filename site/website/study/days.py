"""Study days: whole days since 1970-01-01 on somebody's calendar, where a day begins at 04:00.

Whoever learns past midnight is still in the evening before. The day is fixed when an answer is given and never
computed anew, so a flight over the date line or a change of the clocks moves nothing that was learned.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo

EPOCH = date(1970, 1, 1)
DAY_BEGINS = timedelta(hours=4)
# How far the clocks of the world are from UTC.
EARLIEST, LATEST = timedelta(hours=-12), timedelta(hours=14)


def study_day(moment: datetime, zone: tzinfo) -> int:
    """The study day of a moment in a time zone, by the clock on the wall there."""
    on_the_wall = moment.astimezone(zone).replace(tzinfo=None)
    return day_of((on_the_wall - DAY_BEGINS).date())


def day_of(on: date) -> int:
    """The number of a date."""
    return (on - EPOCH).days


def date_of(day: int) -> date:
    """The date of a study day."""
    return EPOCH + timedelta(days=day)


def days_anywhere(moment: datetime) -> range:
    """The study days that it can be at a moment, somewhere on earth."""
    utc = moment.astimezone(UTC).replace(tzinfo=None) - DAY_BEGINS
    return range(day_of((utc + EARLIEST).date()), day_of((utc + LATEST).date()) + 1)
