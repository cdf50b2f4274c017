"""The time. Everything that is stored or compared is an aware UTC datetime."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

# So far two clocks may differ, or a time server may set ours back; Stripe's signatures allow as much.
TOLERANCE = timedelta(minutes=5)
Instant = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def has_passed(moment: Instant, longest: timedelta) -> ColumnElement[bool]:
    """Whether a moment has passed that was set `longest` ahead at most.

    One that lies further ahead was set by a clock that has gone back since: nobody waits for it (DATA-23).
    """
    return or_(moment <= now(), is_of_another_clock(moment, longest))


def is_of_another_clock(moment: Instant, longest: timedelta) -> ColumnElement[bool]:
    """Whether a moment lies further ahead than our clock would have set it."""
    return moment > now() + longest + TOLERANCE
