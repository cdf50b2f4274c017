"""Ad performance: by ad, slot, exam and day; and what a reader without the pass is worth."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from carrel.ads.impression_tokens import NETWORK, OFFER
from carrel.ads.models import AdCount, HouseAd, PageCount
from carrel.csv_export import to_csv

Dimension = Literal["ad", "slot", "exam"]


@dataclass(frozen=True)
class ReportPeriod:
    """The days of a report, first and last included, in the site's time zone; perhaps of one ad, slot or exam."""

    first: date
    last: date
    zone: ZoneInfo
    ad: str = ""
    slot: str = ""
    exam: str = ""

    @property
    def start(self) -> datetime:
        """The first moment. Counters have whole hours: in zones a half hour off, days begin that much late."""
        return datetime.combine(self.first, datetime.min.time(), self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), datetime.min.time(), self.zone)

    def days(self) -> Iterator[date]:
        """Every day of it."""
        return (self.first + timedelta(days=count) for count in range((self.last - self.first).days + 1))


@dataclass(frozen=True)
class ReportRow:
    """Views and clicks of one ad, slot, exam or day. `key` identifies it, `name` is for people."""

    key: str
    name: str
    views: int
    clicks: int

    @property
    def rate(self) -> float:
        """Clicks for each view, from 0 to 1 and perhaps beyond: a click counts even if the view was missed."""
        return self.clicks / self.views if self.views else 0.0


def by_dimension(session: Session, span: ReportPeriod, dimension: Dimension) -> list[ReportRow]:
    """Views and clicks of each ad, slot or exam, the most seen first."""
    column = {"ad": AdCount.ad, "slot": AdCount.slot, "exam": AdCount.exam}[dimension]
    views, clicks = func.sum(AdCount.views), func.sum(AdCount.clicks)
    query = (
        select(column, views, clicks).where(*_within(span)).group_by(column).order_by(views.desc(), column)
    )
    names = _names(session) if dimension == "ad" else {}
    return [
        ReportRow(key, names.get(key, key), int(view_count), int(click_count))
        for key, view_count, click_count in session.execute(query)
    ]


def by_day(session: Session, span: ReportPeriod) -> list[ReportRow]:
    """Views and clicks of every day, those without any included."""
    query = select(AdCount.hour, func.sum(AdCount.views), func.sum(AdCount.clicks)).where(*_within(span))
    views, clicks = Counter[date](), Counter[date]()
    for hour, view_count, click_count in session.execute(query.group_by(AdCount.hour)):
        day = hour.astimezone(span.zone).date()
        views[day] += int(view_count)
        clicks[day] += int(click_count)
    return [ReportRow(day.isoformat(), day.isoformat(), views[day], clicks[day]) for day in span.days()]


def page_views(session: Session, span: ReportPeriod) -> dict[str, int]:
    """How often each page with ads was opened, by the article's slug (or another page's path)."""
    inside = [PageCount.hour >= span.start, PageCount.hour < span.end]
    if span.exam:
        inside.append(PageCount.exam == span.exam)
    views = func.sum(PageCount.views)
    query = select(PageCount.article, views).where(*inside).group_by(PageCount.article)
    return {
        article: int(view_count)
        for article, view_count in session.execute(query.order_by(views.desc(), PageCount.article))
    }


def as_csv(dimension: str, rows: Sequence[ReportRow]) -> str:
    """A report as a file for a spreadsheet."""
    header = [dimension, "name", "views", "clicks", "clicks per 100 views"]
    return to_csv(
        header, ([row.key, row.name, row.views, row.clicks, round(100 * row.rate, 2)] for row in rows)
    )


@dataclass(frozen=True)
class Worth:
    """What readers without the pass brought, against what the pass costs. Money in cents."""

    page_views: int
    ad_views: int
    clicks: int
    earned_cents: int
    pass_price_cents: int

    @property
    def page_views_for_a_pass(self) -> int | None:
        """After how many page views ads have earned the price of a pass; None while they earned nothing."""
        if not self.earned_cents or not self.page_views:
            return None
        return round(Fraction(self.pass_price_cents * self.page_views, self.earned_cents))


def worth(session: Session, span: ReportPeriod, *, pass_price_cents: int, cents_per_thousand: int) -> Worth:
    """What ads earned in these days.

    An ad with a price of its own earns that for 1,000 views. All others, the network's too, earn the
    operator's figure `cents_per_thousand`; the pass's own offer earns nothing.
    """
    rows = by_dimension(session, span, "ad")
    prices = {
        str(number): price
        for number, price in session.execute(select(HouseAd.id, HouseAd.price_cents_per_thousand))
    }
    earning = (row.views * (prices.get(row.key) or cents_per_thousand) for row in rows if row.key != OFFER)
    return Worth(
        sum(page_views(session, span).values()),
        sum(row.views for row in rows),
        sum(row.clicks for row in rows),
        round(Fraction(sum(earning), 1000)),
        pass_price_cents,
    )


def _within(span: ReportPeriod) -> list[ColumnElement[bool]]:
    inside = [AdCount.hour >= span.start, AdCount.hour < span.end]
    wanted = ((AdCount.ad, span.ad), (AdCount.slot, span.slot), (AdCount.exam, span.exam))
    return inside + [column == value for column, value in wanted if value]


def _names(session: Session) -> dict[str, str]:
    names = {str(number): name for number, name in session.execute(select(HouseAd.id, HouseAd.name))}
    return names | {OFFER: "The pass's own offer", NETWORK: "The ad network"}
