"""Which pages sold the pass, beside how often they were read: ads and passes in one report."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from carrel.ads import reports
from carrel.ads.reports import ReportPeriod
from carrel.csv_export import to_csv
from payments.ledger import entries
from payments.ledger.entitlement import given_back
from payments.models import Order, Payment

ARTICLE = "/articles/"
HEADER = ("page", "page views with ads", "passes", "kept, in cents", "passes in 10,000 views")


@dataclass(frozen=True)
class Selling:
    """One page: how often it was opened with ads on it, the passes sold there, and what was kept of the money.

    `page` is a path of ours, or an address that only the counters know. Money in cents.
    """

    page: str
    page_views: int
    passes: int
    kept_cents: int

    @property
    def rate(self) -> float | None:
        """Passes in 10,000 page views; None without any."""
        return 10_000 * self.passes / self.page_views if self.page_views else None


@dataclass(frozen=True)
class Sales:
    """The passes of some days, by the page where the offer was taken up: the most sold first."""

    pages: Sequence[Selling]

    @property
    def passes(self) -> int:
        """How many were sold."""
        return sum(each.passes for each in self.pages)

    @property
    def page_views(self) -> int:
        """How many pages with ads were opened."""
        return sum(each.page_views for each in self.pages)

    @property
    def kept_cents(self) -> int:
        """What came in and was not given back, before Stripe's fees."""
        return sum(each.kept_cents for each in self.pages)


def sales(session: Session, span: ReportPeriod, currency: str) -> Sales:
    """Passes that were paid in these days, in this currency; gifts are none."""
    sold = _paid(session, span, currency)
    states = entries.states_of(session, [payment_id for payment_id, _, _ in sold])
    passes: dict[str, int] = defaultdict(int)
    kept: dict[str, int] = defaultdict(int)
    for payment_id, amount, return_to in sold:
        page = urlsplit(return_to).path
        passes[page] += 1
        kept[page] += amount - given_back(payment_id, states)
    views = {_path(key): seen for key, seen in reports.page_views(session, span).items()}
    pages = [Selling(page, views.get(page, 0), passes[page], kept[page]) for page in {**views, **passes}]
    return Sales(sorted(pages, key=lambda each: (-each.passes, -each.page_views, each.page)))


def as_csv(found: Iterable[Selling]) -> str:
    """The report as a file for a spreadsheet."""
    rows = [
        [each.page, each.page_views, each.passes, each.kept_cents, round(each.rate, 2) if each.rate else 0]
        for each in found
    ]
    return to_csv(HEADER, rows)


def _paid(session: Session, span: ReportPeriod, currency: str) -> Sequence[Row[int, int, str]]:
    paid = select(Payment.id, Payment.amount_cents, Order.return_to).join(Order, Payment.order_id == Order.id)
    within = (Payment.paid_at >= span.start, Payment.paid_at < span.end)
    return session.execute(
        paid.where(*within, Payment.outcome == "granted", Payment.currency == currency)
    ).all()


def _path(key: str) -> str:
    """Counters name an article by its slug, any other page by its address."""
    return key if key.startswith("/") else f"{ARTICLE}{key}/"
