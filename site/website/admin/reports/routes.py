"""Pages of reports, with their days and files."""

from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from carrel import clock
from carrel.ads import chart, house_ads, reports
from carrel.ads.reports import Dimension, ReportPeriod, ReportRow
from carrel.services import services
from payments.prices import price
from payments.queries import sales
from website.admin.guard import needs
from website.admin.operators.roles import Need

blueprint = Blueprint("reports", __name__)
USUAL_DAYS = 30
MOST_DAYS = 366
WAYS: dict[str, Dimension] = {"ad": "ad", "slot": "slot", "exam": "exam"}


@blueprint.get("/reports/ads")
@needs(Need.ADS)
def ads() -> str:
    """Views and clicks by ad, slot, exam and day."""
    span = _span()
    with services().db.read() as session:
        rows_by_dimension = {way: reports.by_dimension(session, span, column) for way, column in WAYS.items()}
        days = reports.by_day(session, span)
        every = house_ads.every_ad(session)
    return render_template(
        "reports/ads.html",
        span=span,
        rows_by_dimension=rows_by_dimension,
        days=days,
        choices={
            "ads": [(str(ad.id), ad.name) for ad in every],
            "slots": [(name, name) for name in services().settings.slots],
        },
        picture=Markup(chart.by_day(days, services().settings.site_language)),  # noqa: S704 - made by us of numbers and dates
        query=_query(span),
    )


@blueprint.get("/reports/ads.csv")
@needs(Need.ADS)
def ads_csv() -> Response:
    """One of its tables as a file."""
    way = request.args.get("by", "")
    with services().db.read() as session:
        return _csv(
            f"ads-by-{way if way in WAYS else 'day'}", reports.as_csv(way or "day", _rows(session, way))
        )


@blueprint.get("/reports/passes")
@needs(Need.MONEY)
def passes() -> str:
    """Ads and passes together: what is read, what is sold, and where."""
    span, settings = _span(), services().settings
    with services().db.read() as session:
        report = sales.sales(session, span, settings.pass_currency)
        worth = reports.worth(
            session,
            span,
            pass_price_cents=settings.pass_price_cents,
            cents_per_thousand=settings.ad_cents_per_thousand,
        )

    def money(cents: int) -> str:
        return price(cents, settings.pass_currency)

    return render_template(
        "reports/passes.html", span=span, report=report, worth=worth, money=money, query=_query(span)
    )


@blueprint.get("/reports/passes.csv")
@needs(Need.MONEY)
def passes_csv() -> Response:
    """The same as a file."""
    with services().db.read() as session:
        report = sales.sales(session, _span(), services().settings.pass_currency)
    return _csv("passes-by-page", sales.as_csv(report.pages))


def _rows(session: Session, way: str) -> Sequence[ReportRow]:
    return (
        reports.by_dimension(session, _span(), WAYS[way]) if way in WAYS else reports.by_day(session, _span())
    )


def _csv(name: str, body: str) -> Response:
    response = Response(body, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _span() -> ReportPeriod:
    """The days asked for; the last thirty if none, a year at most."""
    zone = services().settings.zone
    today = clock.now().astimezone(zone).date()
    last = min(_day("last") or today, today)
    first = min(_day("first") or last - timedelta(days=USUAL_DAYS - 1), last)
    first = max(first, last - timedelta(days=MOST_DAYS - 1))
    narrowed = {name: request.args.get(name, "").replace("\0", "")[:80] for name in WAYS}
    return ReportPeriod(first, last, zone, **narrowed)


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if day.year > 2000 else None


def _query(span: ReportPeriod) -> str:
    values = {"first": span.first, "last": span.last, "ad": span.ad, "slot": span.slot, "exam": span.exam}
    return urlencode({name: str(value) for name, value in values.items() if value})
