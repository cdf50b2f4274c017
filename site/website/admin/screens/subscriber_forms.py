"""What the admin forms about subscribers have in common: exams, topics, how often, a day of consent."""

from datetime import UTC, date, datetime, time

from flask import request
from sqlalchemy.orm import Session

from carrel import clock
from carrel.services import services
from newsletter.subscribers import preferences
from newsletter.subscribers.preferences import InvalidPreferencesError, Preferences

FREQUENCIES = [
    ("each", "Each article, as it appears"),
    ("daily", "Daily, when something is new"),
    ("weekly", "Weekly"),
    ("monthly", "Monthly"),
]


def sent_preferences(session: Session) -> Preferences:
    """What was ticked and chosen. Raises `InvalidPreferencesError`."""
    options = preferences.subscription_options(session)
    form = request.form
    return preferences.parse_preferences(
        options, form.getlist("exam"), form.getlist("topic"), form.get("pace", "")
    )


def sent_day(field: str) -> datetime | None:
    """The beginning of a past day, where the site is; None if none was given. Raises `InvalidPreferencesError`."""
    day = request.form.get(field, "")
    try:
        moment = datetime.combine(date.fromisoformat(day), time(), services().settings.zone) if day else None
    except ValueError:
        raise InvalidPreferencesError(field, "Write a date such as 2026-03-31.") from None
    if moment is None:
        return None
    if moment.year not in clock.YEARS or moment > clock.now():
        raise InvalidPreferencesError(field, "That date is in the future, or too far back.")
    return moment.astimezone(UTC)
