"""Numbers that add up, days as the operator has them, files that a spreadsheet may open."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from lxml import etree
from sqlalchemy.orm import Session

from carrel.ads import chart, reports
from carrel.ads.models import AdCount, PageCount
from carrel.ads.reports import ReportPeriod, ReportRow
from carrel.db import Database
from tests.support.ads import house_ad

UTC_ZONE = ZoneInfo("UTC")
NOVEMBER = ReportPeriod(date(2026, 11, 1), date(2026, 11, 30), UTC_ZONE)


def put(
    session: Session, at: datetime, ad: str = "1", slot: str = "side", exam: str = "cpb", **sums: int
) -> None:
    session.add(AdCount(hour=at, ad=ad, slot=slot, exam=exam, **sums))


@pytest.fixture
def month(db: Database) -> Database:
    """Ads 1 and 2 and the pass's own offer, over three days."""
    with db.write() as session:
        session.add_all(
            [house_ad(id=1, name="=Pencils", price_cents_per_thousand=2000), house_ad(id=2, name="Pens")]
        )
        for day in (1, 2, 30):
            at = datetime(2026, 11, day, 9, tzinfo=UTC)
            put(session, at, views=100, clicks=3)
            put(session, at, ad="2", slot="foot", exam="ccm", views=40, clicks=0)
            session.add(PageCount(hour=at, article="what-cmp-means", exam="cpb", views=70))
        put(session, datetime(2026, 11, 2, 10, tzinfo=UTC), ad="offer", slot="foot", views=10, clicks=2)
        put(session, datetime(2026, 10, 31, 23, tzinfo=UTC), views=1000, clicks=1000)
        put(session, datetime(2026, 12, 1, 0, tzinfo=UTC), views=1000, clicks=1000)
    return db


def test_by_ad_by_slot_and_by_exam_add_up_to_the_same(month: Database) -> None:
    with month.read() as session:
        tables = [reports.by_dimension(session, NOVEMBER, what) for what in ("ad", "slot", "exam")]
        days = reports.by_day(session, NOVEMBER)
    sums = {(sum(row.views for row in table), sum(row.clicks for row in table)) for table in [*tables, days]}
    assert sums == {(430, 11)}
    assert [(row.key, row.name, row.views) for row in tables[0]] == [
        ("1", "=Pencils", 300), ("2", "Pens", 120), ("offer", "The pass's own offer", 10),
    ]  # fmt: skip
    assert [row.key for row in tables[1]] == ["side", "foot"]
    assert [row.key for row in tables[2]] == ["cpb", "ccm"]


def test_a_report_can_be_of_one_ad_slot_or_exam(month: Database) -> None:
    span = ReportPeriod(date(2026, 11, 1), date(2026, 11, 30), UTC_ZONE, exam="ccm")
    with month.read() as session:
        assert [(row.key, row.views) for row in reports.by_dimension(session, span, "ad")] == [("2", 120)]


def test_every_day_has_a_row(month: Database) -> None:
    with month.read() as session:
        days = reports.by_day(session, NOVEMBER)
    assert len(days) == 30
    assert [row.views for row in days[:3]] == [140, 150, 0]


def test_a_day_is_the_operators_day(db: Database) -> None:
    chicago = ReportPeriod(date(2026, 11, 19), date(2026, 11, 20), ZoneInfo("America/Chicago"))
    with db.write() as session:
        put(session, datetime(2026, 11, 20, 5, tzinfo=UTC), views=1)  # 23:00 on the 19th
        put(session, datetime(2026, 11, 20, 6, tzinfo=UTC), views=2)
        put(session, datetime(2026, 11, 21, 6, tzinfo=UTC), views=4)
        assert [row.views for row in reports.by_day(session, chicago)] == [1, 2]


def test_a_report_over_the_change_of_clocks_has_each_day_once() -> None:
    span = ReportPeriod(date(2026, 10, 31), date(2026, 11, 2), ZoneInfo("America/Chicago"))
    assert len(list(span.days())) == 3
    assert span.end.astimezone(UTC) - span.start.astimezone(UTC) == timedelta(hours=73)


def test_a_pass_is_worth_as_many_page_views_as_earn_its_price(month: Database) -> None:
    with month.read() as session:
        worth = reports.worth(session, NOVEMBER, pass_price_cents=499, cents_per_thousand=500)
    # 300 views at $20.00 and 120 at $5.00 for a thousand: $6.60 from 210 page views.
    assert (worth.page_views, worth.ad_views, worth.earned_cents) == (210, 430, 660)
    assert worth.page_views_for_a_pass == round(499 / (660 / 210))


def test_without_earnings_a_pass_is_worth_no_number(db: Database) -> None:
    with db.read() as session:
        worth = reports.worth(session, NOVEMBER, pass_price_cents=499, cents_per_thousand=0)
    assert worth.page_views_for_a_pass is None


def test_page_views_are_listed_by_article(month: Database) -> None:
    with month.read() as session:
        assert reports.page_views(session, NOVEMBER) == {"what-cmp-means": 210}


def test_a_name_that_begins_like_a_formula_is_harmless_in_the_file(month: Database) -> None:
    with month.read() as session:
        text = reports.as_csv("ad", reports.by_dimension(session, NOVEMBER, "ad"))
    assert text.splitlines()[:2] == ["ad,name,views,clicks,clicks per 100 views", "1,'=Pencils,300,9,3.0"]
    assert text.endswith("\r\n")


@pytest.mark.parametrize("days", [1, 2, 31, 366])
def test_the_plot_is_plain_svg_that_needs_nothing_of_the_page(days: int) -> None:
    rows = [
        ReportRow(
            (date(2026, 1, 1) + timedelta(days=day_number)).isoformat(), "", day_number, day_number // 9
        )
        for day_number in range(days)
    ]
    svg = etree.fromstring(chart.by_day(rows, "en-US"))
    names = {etree.QName(element).localname for element in svg.iter()}
    attributes = {name for element in svg.iter() for name in element.attrib}
    assert svg.get("viewBox") == "0 0 900 320"
    assert not names & {"script", "style", "image", "foreignObject", "a"}
    assert not any(
        name == "style" or str(name).startswith("on") or "href" in str(name) for name in attributes
    )
