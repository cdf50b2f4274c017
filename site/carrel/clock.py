"""The time. Everything that is stored or compared is an aware UTC datetime."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

# Two clocks may differ this much, or a time server set ours back this far; Stripe's signatures allow as much.
TOLERANCE = timedelta(minutes=5)
YEARS = range(1900, 3000)  # of dates that people write
Instant = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def has_passed(moment: Instant, longest: timedelta) -> ColumnElement[bool]:
    """Whether a moment has passed that was set `longest` ahead at most.

    One further ahead was set by a clock that was set back since, and does not count (DATA-23).
    """
    return or_(moment <= now(), is_implausibly_future(moment, longest))


def is_implausibly_future(moment: Instant, longest: timedelta) -> ColumnElement[bool]:
    """Whether a moment is further ahead than our clock would have set it."""
    return moment > now() + longest + TOLERANCE
