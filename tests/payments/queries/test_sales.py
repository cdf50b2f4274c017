"""Page views and passes in one report."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from carrel import clock
from carrel.ads.models import PageCount
from carrel.ads.reports import ReportPeriod
from payments import refunds
from payments.fulfillment.fulfill import fulfill
from payments.models import Dispute, Payment
from payments.queries import sales
from payments.queries.sales import PageSales
from tests.payments.balance.accounting import read_all
from tests.support.payments import Shop


def span(first: date, last: date) -> ReportPeriod:
    return ReportPeriod(first, last, ZoneInfo("UTC"))


@pytest.fixture
def today() -> date:
    return clock.now().astimezone(UTC).date()


@pytest.fixture
def sold(shop: Shop) -> Shop:
    """Two passes sold on one article, one of them refunded; one on the home page; one page only read."""
    for page in ("/articles/x/#top", "/articles/x/", "/"):
        fulfill(shop.context, shop.buy(shop.browser(), page))
    refunds.refund(shop.context, 1, "olga", "asked by mail")
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    with shop.services.db.write() as session:
        for article, views in (("x", 400), ("/", 50), ("y", 9)):
            session.add(PageCount(hour=hour, article=article, exam="", views=views))
    return shop


def test_a_page_has_its_views_its_passes_and_what_was_kept(sold: Shop, today: date) -> None:
    with sold.services.db.read() as session:
        report = sales.sales(session, span(today - timedelta(days=1), today), "usd")
    assert report.pages == [
        PageSales("/articles/x/", 400, 2, 499),
        PageSales("/", 50, 1, 499),
        PageSales("/articles/y/", 9, 0, 0),
    ]
    assert (report.passes, report.page_views, report.net_cents) == (3, 459, 998)
    assert [page.rate for page in report.pages] == [50, 200, 0]


def test_other_days_and_other_currencies_are_not_counted(sold: Shop, today: date) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC).date()
    with sold.services.db.read() as session:
        assert sales.sales(session, span(long_ago, long_ago), "usd").pages == []
        assert sales.sales(session, span(today, today), "eur").passes == 0


def test_the_file_has_a_row_for_each_page() -> None:
    rows = sales.as_csv([PageSales("/articles/x/", 400, 2, 499), PageSales("/new/", 0, 1, 499)]).splitlines()
    assert rows[0].startswith("page,page views with ads,passes")
    assert rows[1:] == ["/articles/x/,400,2,499,50.0,0,0", "/new/,0,1,499,0,0,0"]


@pytest.fixture
def disputed(shop: Shop) -> Shop:
    """Four passes sold on one page: kept, lost to a dispute, one disputed, one only inquired about."""
    kept, lost, contested, inquired = (shop.buy(shop.browser(), "/") for _ in range(4))
    shop.stripe.close_dispute(shop.stripe.open_dispute(lost)["id"], "lost")
    shop.stripe.open_dispute(contested)
    shop.stripe.open_dispute(inquired, status="warning_needs_response")
    for each in (kept, lost, contested, inquired):
        fulfill(shop.context, each)
    return shop


def home_page(shop: Shop, today: date) -> PageSales:
    with shop.services.db.read() as session:
        (page,) = sales.sales(session, span(today - timedelta(days=1), today), "usd").pages
    return page


def test_a_chargeback_is_not_kept_and_neither_is_what_is_disputed_until_it_is_won(
    disputed: Shop, today: date
) -> None:
    assert home_page(disputed, today) == PageSales("/", 0, 4, 2 * 499, 2 * 499)
    dispute = next(each for each in disputed.rows(Dispute) if each.status == "needs_response")
    disputed.stripe.close_dispute(dispute.stripe_id, "won")
    fulfill(disputed.context, dispute_of(disputed, dispute))
    assert home_page(disputed, today) == PageSales("/", 0, 4, 3 * 499, 499)


def test_stripes_fees_are_costs_those_of_disputes_too(disputed: Shop, today: date) -> None:
    """44 cents for each of four payments, 15.00 for each of two disputes."""
    read_all(disputed)
    page = home_page(disputed, today)
    assert (page.fee_cents, page.net_cents) == (4 * 44 + 3000, 2 * 499 - 4 * 44 - 3000)


def dispute_of(shop: Shop, dispute: Dispute) -> str:
    """The Checkout Session of a dispute."""
    return str(next(each.checkout_session_id for each in shop.rows(Payment) if each.id == dispute.payment_id))
