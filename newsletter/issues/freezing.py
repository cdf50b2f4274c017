"""Freezing an issue: who gets it, one row each, in resumable batches (MAIL-01); then its texts.

Each batch is one transaction that also moves `frozen_through`, so that a crash anywhere loses or
repeats nobody. All of it happens in the database: memory does not grow with the subscribers.
"""

from sqlalchemy import and_, func, literal, select, text
from sqlalchemy.orm import Session

from carrel import clock
from carrel.db import insert_selected
from carrel.services import Services
from carrel.settings import Settings
from newsletter.issues import composition, pending_articles
from newsletter.issues.models import DeliveredArticle, Delivery, DeliveryState, Issue, IssueState, MailVariant
from newsletter.subscribers.eligibility import receives
from newsletter.subscribers.models import Frequency, Subscriber, SubscriberState, Subscription

BATCH = 2_000  # subscribers; the write lock is held for well under a second


def run_step(services: Services) -> bool:
    """A step of the worker: one batch of one draft. Whether there was a draft."""
    with services.db.read() as session:
        if session.scalars(select(Issue.id).where(Issue.state == IssueState.DRAFT).limit(1)).first() is None:
            return False
    with services.db.write() as session:
        drafts = select(Issue).where(Issue.state == IssueState.DRAFT).order_by(Issue.id).limit(1)
        issue = session.scalars(drafts.with_for_update()).first()
        if issue:
            freeze_batch(session, services.settings, issue, BATCH)
    return True


def freeze_batch(session: Session, settings: Settings, issue: Issue, size: int) -> None:
    """Give the next subscribers their rows; after the last of them the issue is frozen."""
    if not issue.frozen_through:
        _analyze_tables(session)
    last_id = _end_of_batch(session, issue, size)
    if last_id is None:
        composition.freeze(session, settings, issue)
        return
    _reserve_articles(session, settings, issue, last_id)
    _make_deliveries(session, settings, issue, last_id)
    issue.frozen_through = last_id


def _analyze_tables(session: Session) -> None:
    """PostgreSQL plans by its statistics, and of a list that was just imported it has none."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE subscriber, subscription, issue_article, article, article_topic"))


def _end_of_batch(session: Session, issue: Issue, size: int) -> int | None:
    """The last subscriber of the next batch, or None when all were looked at."""
    batch = (
        select(Subscriber.id)
        .where(
            Subscriber.state == SubscriberState.CONFIRMED,
            Subscriber.frequency == issue.frequency,
            Subscriber.id > issue.frozen_through,
        )
        .order_by(Subscriber.id)
        .limit(size)
        .subquery()
    )
    last: int | None = session.scalar(select(func.max(batch.c.id)))
    return last


def _reserve_articles(session: Session, settings: Settings, issue: Issue, last_id: int) -> None:
    """Each article goes to each reader once: the unique key decides, also between two issues at once."""
    at_least = 1 if issue.frequency == Frequency.EACH else settings.digest_min_articles
    batch = (issue.frozen_through + 1, last_id)
    # Said of both tables: PostgreSQL draws no conclusion from one range to the other.
    in_batch = and_(Subscriber.id.between(*batch), Subscription.subscriber_id.between(*batch))
    among = and_(Subscriber.frequency == issue.frequency, in_batch, receives(clock.now()))
    rows = pending_articles.unread(pending_articles.of_issue(issue.id), among, at_least).add_columns(
        literal(issue.id)
    )
    insert_selected(session, DeliveredArticle, ["subscriber_id", "article_id", "issue_id"], rows)


def _make_deliveries(session: Session, settings: Settings, issue: Issue, last_id: int) -> None:
    reserved = select(DeliveredArticle.subscriber_id, DeliveredArticle.article_id).where(
        DeliveredArticle.issue_id == issue.id,
        DeliveredArticle.subscriber_id > issue.frozen_through,
        DeliveredArticle.subscriber_id <= last_id,
    )
    groups = pending_articles.group_by_content(reserved.subquery(), settings)
    variants = select(literal(issue.id), groups.c.audience, groups.c.articles).distinct()
    insert_selected(session, MailVariant, ["issue_id", "edition", "articles"], variants)
    same = and_(
        MailVariant.issue_id == issue.id,
        MailVariant.audience == groups.c.audience,
        MailVariant.articles == groups.c.articles,
    )
    now = literal(clock.now(), Delivery.due_at.type)
    rows = select(
        literal(issue.id),
        groups.c.subscriber_id,
        MailVariant.id,
        literal(DeliveryState.QUEUED.value),
        now,
        literal(0),
        literal(""),
    ).join(MailVariant, same)
    columns = ["issue_id", "subscriber_id", "rendering_id", "state", "due_at", "tries", "problem"]
    insert_selected(session, Delivery, columns, rows)
