"""What the areas of the first page count. Each number is what its table shows when one follows it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from articles.models import Article
from articles.visibility import visible
from carrel import clock
from carrel.accounts.models import Reader
from carrel.ads import reports
from carrel.ads.models import HouseAd
from carrel.ads.reports import ReportPeriod
from carrel.mail.models import OutboxMail
from carrel.settings import Settings
from newsletter.issues import delivery_totals
from newsletter.issues.models import Delivery, DeliveryState, Issue
from newsletter.subscribers.models import Subscriber, SubscriberState
from payments.models import Payment
from payments.prices import price
from payments.queries import sales
from website.admin.dashboard.panel import Figure, Fortnight, Panel, panel


def people(session: Session, _settings: Settings, days: Fortnight) -> Panel:
    """Readers."""
    proven = _count(session, Reader, Reader.email.is_not(None))
    holders = _count(session, Reader, Reader.ad_free.is_(True))
    new = select(Reader.created_at).where(Reader.created_at >= days.start)
    numbers = [
        _number("With an email address", proven, "/admin/readers/?state=proven"),
        _number("With the pass", holders, "/admin/readers/?pass=yes"),
    ]
    return panel("Readers", numbers, "New readers", days, days.count(_one_each(session, new)))


def money(session: Session, settings: Settings, days: Fortnight) -> Panel:
    """Passes and what came in for them."""
    span = ReportPeriod(days.days[0], days.today, days.zone)
    figures = sales.sales(session, span, settings.pass_currency)
    net_price = price(figures.net_cents, settings.pass_currency)
    paid = (Payment.paid_at >= days.start) & (Payment.outcome == "granted")
    sold = _one_each(session, select(Payment.paid_at).where(paid))
    numbers = [
        _number(
            "Total sold",
            _count(session, Payment, Payment.outcome == "granted"),
            "/admin/orders/?outcome=granted",
        ),
        Figure("Revenue before Stripe fees", net_price, _report("passes", days)),
    ]
    return panel("Passes and money", numbers, "Passes sold", days, days.count(sold))


def mail(session: Session, _settings: Settings, days: Fortnight) -> Panel:
    """Subscribers, issues, and single mails."""
    confirmed = _count(session, Subscriber, Subscriber.state == SubscriberState.CONFIRMED)
    queued = _count(session, OutboxMail, OutboxMail.state == "queued")
    counts = delivery_totals.count_by_state(session)
    unsent = counts.get(DeliveryState.FAILED, 0) + counts.get(DeliveryState.UNCERTAIN, 0)
    sent = (
        select(Issue.started_at, func.count(Delivery.id))
        .join(Delivery, Delivery.issue_id == Issue.id)
        .where(Issue.started_at >= days.start, Delivery.state == DeliveryState.SENT)
        .group_by(Issue.id, Issue.started_at)
    )
    numbers = [
        _number("Subscribers", confirmed, "/admin/subscribers/?state=confirmed"),
        _number("Digests failed or uncertain", unsent, "/admin/issues/"),
        _number("Transactional emails waiting", queued, "/admin/mails/?state=queued"),
    ]
    counted = [(moment, many) for moment, many in session.execute(sent) if moment is not None]
    return panel("Mail", numbers, "Digests sent", days, days.count(counted))


def ads(session: Session, _settings: Settings, days: Fortnight) -> Panel:
    """Ads."""
    span = ReportPeriod(days.days[0], days.today, days.zone)
    rows = reports.by_day(session, span)
    numbers = [
        _number("On", _count(session, HouseAd, HouseAd.active.is_(True)), "/admin/ads/?state=on"),
        _number("Clicks", sum(row.clicks for row in rows), _report("ads", days)),
    ]
    return panel("Ads", numbers, "Ad views", days, [row.views for row in rows])


def library(session: Session, settings: Settings, days: Fortnight) -> Panel:
    """Articles."""
    new = select(Article.first_visible_at).where(
        Article.first_visible_at >= days.start, Article.first_visible_at <= clock.now()
    )
    numbers = [
        _number("Visible", _count(session, Article, visible(clock.now())), "/admin/articles/?state=visible"),
        _number("Due for review", _count(session, Article, is_due(settings)), "/admin/articles/?review=due"),
    ]
    return panel("Articles", numbers, "New articles", days, days.count(_one_each(session, new)))


def is_due(settings: Settings) -> ColumnElement[bool]:
    """Visible, and too long ago reviewed or, where nobody reviewed it, updated or published."""
    now = clock.now()
    oldest = now - timedelta(days=settings.review_days)
    looked_at = func.coalesce(Article.reviewed, Article.updated)
    published = func.coalesce(Article.published, Article.first_visible_at)
    return visible(now) & ((looked_at < oldest.date()) | (looked_at.is_(None) & (published < oldest)))


def _number(name: str, value: int, path: str) -> Figure:
    return Figure(name, f"{value:,}", path)


def _count(session: Session, model: Any, where: ColumnElement[bool]) -> int:
    return session.scalars(select(func.count()).select_from(model).where(where)).one()


def _one_each(session: Session, moments: Select[Any]) -> list[tuple[Any, int]]:
    return [(moment, 1) for moment in session.scalars(moments)]


def _report(name: str, days: Fortnight) -> str:
    return f"/admin/reports/{name}?first={days.days[0]}&last={days.today}"
