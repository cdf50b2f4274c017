"""What devices tell of studying: JSON rows, checked one by one. A bad row is refused and counted, the others are taken."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from articles.items import KEY, KEY_LENGTH
from website.study.days import days_anywhere
from website.study.models import ANCHOR_LENGTH, EventKind

MOST_EVENTS, MOST_READS = 500, 100  # in one request
COLUMNS, AT = 11, 9  # of a row, and which of them is its moment
MODES = ("practice", "review", "cards")
GRADED = (EventKind.ANSWER, EventKind.GRADE)
MOST_CHOICE = 2**53 - 1  # what a browser's number holds; bit 0 is the first option
MOST_MEANING = 1_000_000
LONGEST_SLUG = 200
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z")
_REVISION = re.compile(r"[0-9a-f]{32}\Z")
T = TypeVar("T")


class MalformedLogError(Exception):
    """The body is not what a device of ours sends."""


class RefusedRowError(Exception):
    """This row cannot be kept."""


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One thing that somebody did with an item. `exam` is a slug, `item` a key; `grade` is 0 for a mark."""

    event_id: str
    kind: EventKind
    exam: str
    item: str
    revision: str
    meaning: int
    grade: int
    choice: int
    day: int
    at: datetime
    mode: str


@dataclass(frozen=True, slots=True)
class ReadRow:
    """Where somebody stopped in an article, and whether they are through it."""

    article: str
    anchor: str
    is_read: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class StudyBatch:
    """What one request tells, and how many of its rows were refused."""

    events: tuple[StudyRow, ...]
    reads: tuple[ReadRow, ...]
    refused: int


def parse(body: bytes, now: datetime) -> StudyBatch:
    """The rows of a request, none of them in the future. Raises `MalformedLogError`."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedLogError from error
    behind = _behind(content, now)
    events, refused_events = _rows(
        content, "events", MOST_EVENTS, lambda row: study_row(row, behind.get(_at(row), now))
    )
    reads, refused_reads = _rows(content, "reads", MOST_READS, lambda row: _read_row(row, now))
    return StudyBatch(tuple(events), tuple(reads), refused_events + refused_reads)


def _behind(content: Any, now: datetime) -> dict[int, datetime]:
    """What moments in the future become, as somebody's clock is fast: now and, in their order, just before."""
    rows = content.get("events") if isinstance(content, dict) else None
    moments = {_at(row) for row in rows} if isinstance(rows, list) else set()
    late = sorted((at for at in moments if at > as_ms(now)), reverse=True)
    return {at: now - timedelta(milliseconds=place) for place, at in enumerate(late)}


def _at(row: Any) -> int:
    """The moment that a row says; 0 where it says none."""
    return row[AT] if isinstance(row, list) and len(row) == COLUMNS and type(row[AT]) is int else 0


def _rows(content: Any, name: str, most: int, read: Callable[[Any], T]) -> tuple[list[T], int]:
    rows = content.get(name, []) if isinstance(content, dict) else None
    if not isinstance(rows, list) or len(rows) > most:
        raise MalformedLogError
    good = []
    for row in rows:
        try:
            good.append(read(row))
        except RefusedRowError:
            continue
    return good, len(rows) - len(good)


def study_row(row: Any, now: datetime) -> StudyRow:
    """A row `[id, kind, exam, item, revision, meaning, grade, choice, day, at_ms, mode]`. Raises `RefusedRowError`."""
    event_id, kind, exam, item, revision, meaning, grade, choice, day, at, mode = _columns(row, COLUMNS)
    kind = EventKind(_among(kind, tuple(EventKind)))
    moment = _moment(at, now)
    return StudyRow(
        event_id=_matching(UUID, event_id, 36),
        kind=kind,
        exam=_text(exam, LONGEST_SLUG),
        item=_matching(KEY, item, KEY_LENGTH),
        revision=_matching(_REVISION, revision, 32),
        meaning=_number(meaning, range(1, MOST_MEANING)),
        grade=_number(grade, range(1, 5) if kind in GRADED else range(1)),
        choice=_number(choice, range(MOST_CHOICE + 1)),
        day=_day(day, moment),
        at=moment,
        mode=_among(mode, MODES),
    )


def _read_row(row: Any, now: datetime) -> ReadRow:
    article, anchor, is_read, at = _columns(row, 4)
    return ReadRow(
        _text(article, LONGEST_SLUG),
        _text(anchor, ANCHOR_LENGTH),
        bool(_number(is_read, range(2))),
        _moment(at, now),
    )


def as_ms(moment: datetime) -> int:
    """A moment as devices write it: milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def _columns(row: Any, number: int) -> list[Any]:
    if not isinstance(row, list) or len(row) != number:
        raise RefusedRowError
    return row


def _number(value: Any, allowed: range) -> int:
    if type(value) is not int or value not in allowed:  # True is no number here
        raise RefusedRowError
    return value


def _text(value: Any, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise RefusedRowError
    return value


def _matching(pattern: re.Pattern[str], value: Any, longest: int) -> str:
    if not pattern.match(text := _text(value, longest)):
        raise RefusedRowError
    return text


def _among(value: Any, allowed: Iterable[str]) -> str:
    if value not in allowed:
        raise RefusedRowError
    return str(value)


def _moment(at: Any, now: datetime) -> datetime:
    """The moment; one in the future is now: somebody's clock is fast."""
    if type(at) is not int or at < 0:
        raise RefusedRowError
    return datetime.fromtimestamp(min(at, as_ms(now)) / 1000, UTC)


def _day(day: Any, moment: datetime) -> int:
    """The day that the device fixed, or the nearest that it can have been at that moment anywhere on earth."""
    if type(day) is not int:
        raise RefusedRowError
    possible = days_anywhere(moment)
    return min(max(day, possible[0]), possible[-1])
