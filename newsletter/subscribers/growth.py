"""How the number of subscribers grew: who came and who left, month by month, by source and by exam.

Whoever was imported came on the day of the import, not on the day of their consent. Erased people are not counted.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from articles.models import Exam
from newsletter.subscribers.eligibility import receives
from newsletter.subscribers.models import SignUp, Subscriber, SubscriberState, Subscription

MONTHS = 12
PAGES = "Sign-up forms on the site"
MOST_SOURCES = 12
OTHER = "Other sources"


@dataclass(frozen=True)
class MonthOfGrowth:
    """Who came and left in a month, and how many were subscribed at its end, or are by now."""

    first: date
    joined: int
    left: int
    total: int


@dataclass(frozen=True)
class GrowthRow:
    """A source or an exam: who came and left in the months shown, and how many are subscribed now."""

    name: str
    joined: int
    left: int
    now: int


def by_month(session: Session, zone: ZoneInfo, now: datetime) -> list[MonthOfGrowth]:
    """The last twelve months, the oldest first."""
    starts = month_starts(zone, now)
    joined = [_count(_between(_joined_at(), *span)) for span in spans(starts, zone)]
    left = [_count(_between(Subscriber.left_at, *span)) for span in spans(starts, zone)]
    before = _count(_was_subscribed_at(_midnight(starts[0], zone)))
    row = session.execute(select(before, *joined, *left)).one()
    total, months = row[0], []
    for number, first in enumerate(starts):
        came, gone = row[1 + number], row[1 + len(starts) + number]
        total += came - gone
        months.append(MonthOfGrowth(first, came, gone, total))
    return months


def getting_the_digest(session: Session, now: datetime) -> int:
    """How many get a digest at this moment: neither paused nor suppressed."""
    return session.scalars(select(func.count()).select_from(Subscriber).where(receives(now))).one()


def by_source(session: Session, zone: ZoneInfo, now: datetime) -> list[GrowthRow]:
    """The largest sources, the forms on all pages as one; the others together."""
    since = _midnight(month_starts(zone, now)[0], zone)
    source = case(
        (Subscriber.source.startswith("/"), PAGES),
        (Subscriber.source == "", "Unknown"),
        else_=Subscriber.source,
    )
    name = source.label("name")
    counted = select(name, *_counts(since)).group_by(name)
    rows = [GrowthRow(*row) for row in session.execute(counted) if any(row[1:])]
    rows.sort(key=lambda row: (-row.now, -row.joined, row.name))
    rest = rows[MOST_SOURCES:]
    if not rest:
        return rows
    sums = [sum(getattr(row, column) for row in rest) for column in ("joined", "left", "now")]
    return [*rows[:MOST_SOURCES], GrowthRow(OTHER, *sums)]


def by_exam(session: Session, zone: ZoneInfo, now: datetime) -> list[GrowthRow]:
    """Each exam: sign-ups for it, those of them who left, and who follows it now. Topics are not counted."""
    since = _midnight(month_starts(zone, now)[0], zone)
    joined, left = _asked_for(session, since)
    following = (
        select(Subscription.exam_id, func.count())
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscriber.state == SubscriberState.CONFIRMED, Subscription.exam_id.is_not(None))
        .group_by(Subscription.exam_id)
    )
    current = dict(iter(session.execute(following)))
    exams = session.execute(select(Exam.id, Exam.name).order_by(Exam.position, Exam.id))
    rows = [GrowthRow(name, joined[number], left[number], current.get(number, 0)) for number, name in exams]
    return [row for row in rows if row.joined or row.left or row.now]


def month_starts(zone: ZoneInfo, now: datetime) -> list[date]:
    """The first days of the last twelve months, this one included."""
    today = now.astimezone(zone).date()
    numbers = [today.year * 12 + today.month - 1 - back for back in reversed(range(MONTHS))]
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def spans(starts: Sequence[date], zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """From the first moment of each month to that of the next, where the site is."""
    last = starts[-1]
    after = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    edges = [_midnight(first, zone) for first in (*starts, after)]
    return list(pairwise(edges))


def _asked_for(session: Session, since: datetime) -> tuple[Counter[int], Counter[int]]:
    """Who came and who left since then, by the exams that they had asked for when they signed up last.

    Leaving deletes what somebody followed; the evidence of their sign-up keeps what they asked for.
    """
    last = select(func.max(SignUp.id)).where(SignUp.confirmed_at.is_not(None)).group_by(SignUp.subscriber_id)
    exams = cast(SignUp.exams, Text).label("exams")  # JSON has no equality in PostgreSQL
    counts = _count(_joined_at() >= since), _count(Subscriber.left_at >= since)
    asked = select(exams, *counts).join(Subscriber, Subscriber.id == SignUp.subscriber_id)
    joined, left = Counter[int](), Counter[int]()
    for text, came, gone in session.execute(asked.where(SignUp.id.in_(last)).group_by(exams)):
        for exam_id in json.loads(text):
            joined[exam_id] += came
            left[exam_id] += gone
    return joined, left


def _counts(since: datetime) -> tuple[ColumnElement[int], ...]:
    is_here = Subscriber.state == SubscriberState.CONFIRMED
    return _count(_joined_at() >= since), _count(Subscriber.left_at >= since), _count(is_here)


def _joined_at() -> ColumnElement[datetime]:
    """When they came; NULL for those who never confirmed."""
    moment = case(
        (Subscriber.confirmed_at > Subscriber.created_at, Subscriber.confirmed_at),
        else_=Subscriber.created_at,
    )
    return case((Subscriber.confirmed_at.is_not(None), moment))


def _was_subscribed_at(moment: datetime) -> ColumnElement[bool]:
    return and_(_joined_at() < moment, or_(Subscriber.left_at.is_(None), Subscriber.left_at >= moment))


def _between(at: Any, start: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(at >= start, at < end)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
