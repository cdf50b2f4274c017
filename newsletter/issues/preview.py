"""What the next issue of a frequency would be: the mail, who gets it, who does not, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, Subquery, case, exists, func, literal, select, true
from sqlalchemy.orm import Session

from carrel.mail.message import Content
from carrel.page_cache import Audience
from carrel.settings import Settings
from carrel.tokens import Signer
from newsletter.issues import composition, pending_articles
from newsletter.issues.models import Delivery, Issue, IssueState, MailVariant
from newsletter.subscribers.eligibility import is_paused, is_suppressed
from newsletter.subscribers.models import Frequency, Subscriber, SubscriberState

GETS_IT = ""
EMAILS_SHOWN = 20


@dataclass(frozen=True)
class RecipientGroup:
    """Subscribers who get the mail, or do not for the same reason: how many, and the first of them."""

    why: str
    count: int
    emails: Sequence[str]


@dataclass(frozen=True)
class Preview:
    """`issue` is the one that waits to be sent, if any; otherwise this is what an issue made now would be."""

    frequency: Frequency
    issue: Issue | None
    mails: int  # different ones
    mail: Content | None  # the one that most readers get
    groups: Sequence[RecipientGroup]


def preview(
    session: Session, settings: Settings, signer: Signer, frequency: Frequency, now: datetime
) -> Preview:
    """The preview of one frequency, as things are now. Changes nothing."""
    waiting = select(Issue).where(
        Issue.frequency == frequency,
        Issue.state.in_([IssueState.FROZEN, IssueState.WAITING]),
        ~Issue.is_broadcast,
    )
    issue = session.scalars(waiting.order_by(Issue.id.desc()).limit(1)).first()
    if issue:
        return _of_issue(session, settings, signer, issue, now)
    return _of_now(session, settings, signer, frequency, now)


def _of_issue(session: Session, settings: Settings, signer: Signer, issue: Issue, now: datetime) -> Preview:
    frequency = Frequency(issue.frequency)
    counted = (
        select(Delivery.variant_id, func.count().label("readers"))
        .where(Delivery.issue_id == issue.id)
        .group_by(Delivery.variant_id)
        .subquery()
    )
    by_readers = select(MailVariant).join(counted, counted.c.variant_id == MailVariant.id)
    variant = session.scalars(by_readers.order_by(counted.c.readers.desc(), MailVariant.id).limit(1)).first()
    mails = session.scalars(select(func.count()).select_from(counted)).one()
    gets = exists().where(Delivery.subscriber_id == Subscriber.id, Delivery.issue_id == issue.id)
    why = _why(now, settings, gets, true())
    mail = composition.compose(session, settings, signer, issue, variant) if variant else None
    return Preview(frequency, issue, mails, mail, _groups(session, frequency, why))


def _of_now(
    session: Session, settings: Settings, signer: Signer, frequency: Frequency, now: datetime
) -> Preview:
    of_frequency = Subscriber.frequency == frequency
    unread = pending_articles.unread(pending_articles.newest_ids(frequency, now), of_frequency).subquery()
    new = (
        select(unread.c.subscriber_id, func.count().label("new")).group_by(unread.c.subscriber_id).subquery()
    )
    count = select(new.c.new).where(new.c.subscriber_id == Subscriber.id).scalar_subquery()
    at_least = 1 if frequency is Frequency.EACH else settings.digest_min_articles
    why = _why(now, settings, func.coalesce(count, 0) >= at_least, func.coalesce(count, 0) == 0)
    receiving = pending_articles.unread(
        pending_articles.newest_ids(frequency, now),
        of_frequency & ~is_paused(now) & ~is_suppressed(),
        at_least,
    )
    groups = pending_articles.group_by_content(receiving.subquery(), settings)
    variants = select(groups.c.audience, groups.c.articles, func.count().label("readers")).group_by(
        groups.c.audience, groups.c.articles
    )
    rows = session.execute(variants.order_by(func.count().desc(), groups.c.articles)).all()
    draft = Issue(id=0, frequency=frequency, period="preview", due_at=now, created_at=now)
    mail = _mail(session, settings, signer, draft, rows[0]) if rows else None
    return Preview(frequency, None, len(rows), mail, _groups(session, frequency, why))


def _mail(
    session: Session, settings: Settings, signer: Signer, draft: Issue, variant: Row[str, str, int]
) -> Content:
    ids = [int(article_id) for article_id in variant.articles.split(",")]
    snapshots = [composition.snapshot_of(settings, article) for article in composition.articles(session, ids)]
    return composition.compose_snapshots(
        session, settings, signer, draft, audience=Audience(variant.audience), snapshots=snapshots
    )


def _why(
    now: datetime, settings: Settings, gets: ColumnElement[bool], nothing: ColumnElement[bool]
) -> ColumnElement[str]:
    """Why each subscriber of the frequency gets nothing, in words: the first reason that holds."""
    thin = f"fewer than {settings.digest_min_articles} new articles"
    return case(
        (Subscriber.state == SubscriberState.PENDING, literal("address not confirmed")),
        (Subscriber.state == SubscriberState.LEFT, literal("unsubscribed")),
        (is_suppressed(), literal("address suppressed")),
        (is_paused(now), literal("paused")),
        (gets, literal(GETS_IT)),
        (nothing, literal("no new articles")),
        else_=literal(thin),
    )


def _groups(session: Session, frequency: Frequency, why: ColumnElement[str]) -> list[RecipientGroup]:
    rows = (
        select(Subscriber.id, Subscriber.email, why.label("why"))
        .where(Subscriber.frequency == frequency)
        .subquery()
    )
    counts = session.execute(select(rows.c.why, func.count()).group_by(rows.c.why).order_by(rows.c.why)).all()
    return [
        RecipientGroup(reason, count, session.scalars(_first(rows, reason)).all()) for reason, count in counts
    ]


def _first(rows: Subquery, reason: str) -> Select[str]:
    return select(rows.c.email).where(rows.c.why == reason).order_by(rows.c.id).limit(EMAILS_SHOWN)
