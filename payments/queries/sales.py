"""Which pages sold the pass, and how often they were viewed: ads and passes in one report."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from carrel.ads import reports
from carrel.ads.reports import ReportPeriod
from carrel.csv_export import to_csv
from payments.balance.accounts import fees_by_payment
from payments.ledger import entries
from payments.ledger.entitlement import charged_back_cents, refunded_cents
from payments.models import Order, Payment

ARTICLE = "/articles/"
HEADER = (
    "page",
    "page views with ads",
    "passes",
    "kept, in cents",
    "passes in 10,000 views",
    "chargebacks, in cents",
    "Stripe's fees, in cents",
)


@dataclass(frozen=True)
class PageSales:
    """One page: its views with ads, the passes sold there, and what was kept of what they cost, in cents.

    `page` is a path of ours, or one that only the view counters know. Chargebacks and fees are taken off already.
    """

    page: str
    page_views: int
    passes: int
    net_cents: int
    chargeback_cents: int = 0
    fee_cents: int = 0

    @property
    def rate(self) -> float | None:
        """Passes in 10,000 page views; None without any."""
        return 10_000 * self.passes / self.page_views if self.page_views else None


@dataclass(frozen=True)
class Sales:
    """Passes sold in a period, by the page where the buyer came from: the best-selling first."""

    pages: Sequence[PageSales]

    @property
    def passes(self) -> int:
        """How many passes were sold."""
        return sum(page.passes for page in self.pages)

    @property
    def page_views(self) -> int:
        """How many pages with ads were viewed."""
        return sum(page.page_views for page in self.pages)

    @property
    def net_cents(self) -> int:
        """Revenue less refunds, chargebacks, and Stripe's fees as far as they are known."""
        return sum(page.net_cents for page in self.pages)

    @property
    def chargeback_cents(self) -> int:
        """What banks took back."""
        return sum(page.chargeback_cents for page in self.pages)

    @property
    def fee_cents(self) -> int:
        """What Stripe took, for payments and for disputes."""
        return sum(page.fee_cents for page in self.pages)


def sales(session: Session, span: ReportPeriod, currency: str) -> Sales:
    """Passes paid in this period, in this currency. Gifts are not counted."""
    sold = _paid_orders(session, span, currency)
    states = entries.refund_and_dispute_entries(session, [payment_id for payment_id, _, _ in sold])
    fees = fees_by_payment(session, span.start)
    passes, kept, lost, costs = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for payment_id, amount, return_to in sold:
        page = urlsplit(return_to).path
        fee, chargeback = fees.get(payment_id, 0), charged_back_cents(payment_id, states)
        passes[page] += 1
        lost[page] += chargeback
        costs[page] += fee
        kept[page] += amount - refunded_cents(payment_id, states) - chargeback - fee
    views = {_path(key): count for key, count in reports.page_views(session, span).items()}
    pages = [
        PageSales(page, views.get(page, 0), passes[page], kept[page], lost[page], costs[page])
        for page in {**views, **passes}
    ]
    return Sales(sorted(pages, key=lambda sales: (-sales.passes, -sales.page_views, sales.page)))


def as_csv(pages: Iterable[PageSales]) -> str:
    """The report as CSV."""
    rows = [
        [
            page.page,
            page.page_views,
            page.passes,
            page.net_cents,
            round(page.rate, 2) if page.rate else 0,
            page.chargeback_cents,
            page.fee_cents,
        ]
        for page in pages
    ]
    return to_csv(HEADER, rows)


def _paid_orders(session: Session, span: ReportPeriod, currency: str) -> Sequence[Row[int, int, str]]:
    paid = select(Payment.id, Payment.amount_cents, Order.return_to).join(Order, Payment.order_id == Order.id)
    within = (Payment.paid_at >= span.start, Payment.paid_at < span.end)
    return session.execute(
        paid.where(*within, Payment.outcome == "granted", Payment.currency == currency)
    ).all()


def _path(key: str) -> str:
    """View counters name an article by its slug, any other page by its path."""
    return key if key.startswith("/") else f"{ARTICLE}{key}/"
