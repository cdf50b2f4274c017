"""What needs the operator now, beside the alarms: each with the table where it is dealt with."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from articles import item_reports
from carrel import clock
from carrel.ads.models import HouseAd
from carrel.mail import outbox
from carrel.settings import Settings
from newsletter.issues import issue_lifecycle
from newsletter.issues.models import Issue, IssueState
from payments.ledger import entries
from payments.ledger.entitlement import FAVORABLE_DISPUTE_STATUSES, LOST_DISPUTE_STATUSES
from payments.models import Dispute, Payment, RefundRequest, StripeEvent
from website.admin.operators.roles import Need

LATE: Final = timedelta(minutes=5)
Concern = tuple[str, str]  # a sentence, and where to go


def money(session: Session, _settings: Settings) -> Iterator[Concern]:
    """Money that waits for somebody."""
    if dead := _count(session, select(StripeEvent.id).where(StripeEvent.dead_at.is_not(None))):
        yield f"Stripe events that failed: {dead}", "/admin/inbox/?state=dead"
    late = StripeEvent.handled_at.is_(None) & StripeEvent.dead_at.is_(None)
    if count := _count(
        session, select(StripeEvent.id).where(late, StripeEvent.next_try_at < clock.now() - LATE)
    ):
        yield f"Stripe events waiting (is the worker running?): {count}", "/admin/inbox/?state=late"
    held = session.scalars(select(Payment).where(Payment.outcome == "held")).all()
    if open_ := sum(1 for payment in held if entries.unrefunded_cents(session, payment) > 0):
        yield f"Payments on hold (paid, but no pass granted): {open_}", "/admin/orders/?outcome=held"
    if disputed := _count(session, _open_disputes()):
        yield f"Disputes that need a response in Stripe’s dashboard: {disputed}", "/admin/orders/"
    requested = select(RefundRequest.id).where(RefundRequest.state == "asked")
    if waiting := _count(session, requested.where(RefundRequest.requested_at < clock.now() - LATE)):
        yield f"Refunds that have not reached Stripe: {waiting}", "/admin/orders/"


def mail(session: Session, settings: Settings) -> Iterator[Concern]:
    """Mail that does not go out."""
    if outbox.is_delayed(session):
        yield (
            "Email is delayed: the mail server is unreachable, or no worker is running",
            "/admin/mails/?state=queued",
        )
    if problem := issue_lifecycle.why_not(settings):
        yield f"No digest can be sent. {problem}", "/admin/digests"
    waiting = select(Issue.id).where(Issue.state == IssueState.WAITING)
    if count := _count(session, waiting):
        yield f"Digest issues waiting for your approval: {count}", "/admin/issues/?state=waiting"


def ads(session: Session, _settings: Settings) -> Iterator[Concern]:
    """Ads that cannot be shown."""
    problems = select(HouseAd.id).where(HouseAd.reported_problem != "", HouseAd.active.is_(True))
    if count := _count(session, problems):
        yield f"Ads that cannot be shown: {count}", "/admin/ads/?state=on"


def library(session: Session, _settings: Settings) -> Iterator[Concern]:
    """What readers say is wrong."""
    if count := item_reports.count_open(session):
        yield f"Readers’ reports on items: {count}", "/admin/item-reports/"


BY_NEED: Final[dict[Need, Callable[[Session, Settings], Iterator[Concern]]]] = {
    Need.MONEY: money,
    Need.DIGESTS: mail,
    Need.ADS: ads,
    Need.LIBRARY: library,
}


def _open_disputes() -> Select[int]:
    later = aliased(Dispute)
    newest = ~exists().where(later.stripe_id == Dispute.stripe_id, later.seq > Dispute.seq)
    return select(Dispute.id).where(
        newest, Dispute.status.not_in(FAVORABLE_DISPUTE_STATUSES | LOST_DISPUTE_STATUSES)
    )


def _count(session: Session, rows: Select[int]) -> int:
    return session.scalars(select(func.count()).select_from(rows.subquery())).one()
