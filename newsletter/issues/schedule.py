"""When a digest is due, in the operator's time zone."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from carrel.settings import WEEKDAYS, Settings
from newsletter.subscribers.models import Frequency


@dataclass(frozen=True)
class Period:
    """One period of a frequency: its name, and when its issue is due (aware UTC)."""

    name: str
    due_at: datetime


def last_due(settings: Settings, frequency: Frequency, now: datetime) -> Period:
    """The period whose issue was due last, at `now` or before. Not for the frequency "each"."""
    today = now.astimezone(ZoneInfo(settings.time_zone)).date()
    day = _day_of(settings, frequency, today)
    if _moment(settings, day) > now:
        day = _day_of(settings, frequency, _before(frequency, day))
    return Period(_name(frequency, day), _moment(settings, day))


def previous_period(settings: Settings, frequency: Frequency, period: Period) -> Period:
    """The period before this one."""
    return last_due(settings, frequency, period.due_at - timedelta(microseconds=1))


def _day_of(settings: Settings, frequency: Frequency, day: date) -> date:
    """The day on which the issue of this day's week or month is due, or that of the one before it."""
    if frequency is Frequency.WEEKLY:
        return day - timedelta(days=(day.weekday() - WEEKDAYS.index(settings.digest_weekday)) % 7)
    if frequency is Frequency.MONTHLY:
        # A month without a 31st has its issue on its last day.
        return day.replace(day=min(settings.digest_day, monthrange(day.year, day.month)[1]))
    return day


def _before(frequency: Frequency, day: date) -> date:
    if frequency is Frequency.MONTHLY:
        return day.replace(day=1) - timedelta(days=1)
    return day - timedelta(days=7 if frequency is Frequency.WEEKLY else 1)


def _moment(settings: Settings, day: date) -> datetime:
    # An hour that the clock skips in spring is taken as it would have been; one that comes twice in
    # autumn counts the first time (fold=0). A date has one issue either way.
    wall = datetime.combine(day, time(settings.digest_hour), ZoneInfo(settings.time_zone))
    return wall.astimezone(UTC)


def _name(frequency: Frequency, day: date) -> str:
    if frequency is Frequency.WEEKLY:
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    return f"{day:%Y-%m}" if frequency is Frequency.MONTHLY else day.isoformat()
