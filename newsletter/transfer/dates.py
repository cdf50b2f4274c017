"""Moments as exports write them. Without a zone they are UTC, as in Mailchimp's."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time

from carrel.clock import YEARS

# A spreadsheet writes dates as its country does: 3/31/2026 or 31/03/2026, with or without a time.
_SLASHED = re.compile(r"(\d{1,2})([/.])(\d{1,2})\2(\d{4})(?:[ ,T]+(.*))?")
_SPACED_ZONE = re.compile(r"(\d) ([+-]\d{2}:?\d{2})\b.*")  # "… -0400", and Go's "… +0000 UTC"
_UTC = re.compile(r"(\d) ?(?:UTC|GMT)$")
_TIMES = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
_WORDS = (
    "%b %d, %Y",
    "%B %d, %Y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y %I:%M %p",
    "%B %d, %Y %I:%M %p",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
)


class InvalidDateError(ValueError):
    """This is no moment that we can read; the message says why."""


def day_comes_first(cells: Iterable[str]) -> bool | None:
    """Whether dates with slashes begin with the day, by those that can be read in one way only; None if none can."""
    for cell in cells:
        if (match := _SLASHED.fullmatch(cell)) and match[2] == "/":
            first, second = int(match[1]), int(match[3])
            if first > 12 >= second:
                return True
            if second > 12 >= first:
                return False
    return None


def read_moment(cell: str, now: datetime, *, day_first: bool | None = None) -> datetime:
    """A moment of the past, in UTC. Raises `InvalidDateError`."""
    moment = _parse(cell, day_first)
    if moment.year not in YEARS:
        raise InvalidDateError(f"{cell[:40]} is not between {YEARS[0]} and {YEARS[-1]}.")
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > now:
        raise InvalidDateError(f"{cell[:40]} is in the future.")
    return moment


def _parse(cell: str, day_first: bool | None) -> datetime:
    if match := _SLASHED.fullmatch(cell):
        return _slashed(cell, match, day_first)
    try:
        return datetime.fromisoformat(_UTC.sub(r"\1+00:00", _SPACED_ZONE.sub(r"\1\2", cell)))
    except ValueError:
        pass
    for form in _WORDS:
        try:
            return datetime.strptime(cell, form)  # noqa: DTZ007 - without a zone it is UTC
        except ValueError:
            continue
    raise InvalidDateError(f"{cell[:40]!r} is not a date: write it like 2026-03-31 or 2026-03-31T18:00:00Z.")


def _slashed(cell: str, match: re.Match[str], day_first: bool | None) -> datetime:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if match[2] == ".":
        day_first = True
    elif first == second:
        day_first = False
    if day_first is None:
        day_first = day_comes_first([cell])
    if day_first is None:
        raise InvalidDateError(f"{cell[:40]} could be two dates: write it like 2026-03-31.")
    day, month = (first, second) if day_first else (second, first)
    try:
        return datetime.combine(datetime(year, month, day), _time(match[5] or ""))  # noqa: DTZ001 - see above
    except ValueError:
        raise InvalidDateError(f"{cell[:40]!r} is not a date: write it like 2026-03-31.") from None


def _time(text: str) -> time:
    """Raises ValueError."""
    text = text.strip()
    for form in _TIMES if text else ():
        try:
            return datetime.strptime(text, form).time()  # noqa: DTZ007 - a time of day
        except ValueError:
            continue
    if text:
        raise ValueError(text)
    return time()
