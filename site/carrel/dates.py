"""Dates as people read them, where the site is and in its English: `August 18, 2026` or `18 August 2026`."""

from datetime import date, datetime

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time

from carrel.languages import english
from carrel.settings import Settings


def day_at(settings: Settings, moment: datetime) -> date:
    """The day of a moment in the site's time zone."""
    return moment.astimezone(settings.zone).date()


def day_in_words(settings: Settings, day: date) -> str:
    """A day, or the day of a moment: `August 18, 2026`."""
    return format_date(_day(settings, day), "long", english(settings.site_language))


def moment_in_words(settings: Settings, moment: datetime) -> str:
    """To the minute, with weekday and zone: `Tuesday, August 18, 2026, 2:30 PM CDT`."""
    local, locale = moment.astimezone(settings.zone), english(settings.site_language)
    return f"{format_date(local.date(), 'full', locale)}, {_time(local, locale)} {local:%Z}"


def short_moment(settings: Settings, moment: datetime) -> str:
    """For tables and lists, in the site's time zone: `Aug 18, 2026, 2:30 PM`."""
    local, locale = moment.astimezone(settings.zone), english(settings.site_language)
    return f"{format_date(local.date(), 'medium', locale)}, {_time(local, locale)}"


def short_date(settings: Settings, day: date) -> str:
    """For tables and lists: a day, or the day of a moment: `Aug 18, 2026`."""
    return format_date(_day(settings, day), "medium", english(settings.site_language))


def month_in_words(settings: Settings, day: date) -> str:
    """`August 2026`."""
    return format_skeleton("yMMMM", day, locale=english(settings.site_language))


def short_day(language: str, day: date) -> str:
    """For the axes of charts: `Aug 18`."""
    return format_skeleton("MMMd", day, locale=english(language))


def _time(local: datetime, locale: Locale) -> str:
    return format_time(local.time(), "short", locale=locale).replace("\N{NARROW NO-BREAK SPACE}", " ")


def _day(settings: Settings, day: date) -> date:
    return day_at(settings, day) if isinstance(day, datetime) else day
