"""Freezing an issue: who gets it, one row each, in resumable batches (MAIL-01); then its texts.

Each batch is one transaction that also moves `frozen_through`, so that a crash anywhere loses or
repeats nobody. All of it happens in the database: memory does not grow with the subscribers.
"""

from sqlalchemy import ColumnElement, Subquery, and_, delete, func, literal, select, text
from sqlalchemy.orm import Session

from carrel import clock
from carrel.db import insert_selected
from carrel.services import Services
from carrel.settings import Settings
from newsletter.issues import composition, pending_articles, texts
from newsletter.issues.models import DeliveredArticle, Delivery, DeliveryState, Issue, IssueState, MailVariant
from newsletter.subscribers.eligibility import receives
from newsletter.subscribers.models import Frequency, Subscriber, SubscriberState, Subscription
from newsletter.writing.recipients import is_chosen

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
        if _drop_earlier(session, issue.id, size):
            return
        _analyze_tables(session)
    may_get = _may_get(session, issue)
    last_id = _end_of_batch(session, issue, may_get, size)
    if last_id is None:
        composition.freeze(session, settings, issue)
        return
    if issue.is_broadcast:
        groups = pending_articles.without_articles(may_get & _in_batch(issue, last_id), settings)
    else:
        _reserve_articles(session, settings, issue, last_id)
        groups = _group_reserved(settings, issue, last_id)
    _make_deliveries(session, issue, groups)
    issue.frozen_through = last_id


def _drop_earlier(session: Session, issue_id: int, size: int) -> bool:
    """Take back a batch of what was gathered before the issue was edited. Whether there was any."""
    batch = select(Delivery.id).where(Delivery.issue_id == issue_id).order_by(Delivery.id).limit(size)
    last_id = session.scalar(select(func.max(batch.subquery().c.id)))
    if last_id is None:
        session.execute(delete(MailVariant).where(MailVariant.issue_id == issue_id))
        return False
    dropped = (Delivery.issue_id == issue_id, Delivery.id <= last_id)
    readers = select(Delivery.subscriber_id).where(*dropped)
    reserved = delete(DeliveredArticle).where(DeliveredArticle.issue_id == issue_id)
    session.execute(reserved.where(DeliveredArticle.subscriber_id.in_(readers)))
    session.execute(delete(Delivery).where(*dropped))
    return True


def _may_get(session: Session, issue: Issue) -> ColumnElement[bool]:
    """Whom the issue is for; whether they get mail at this moment is asked of each batch."""
    if issue.is_broadcast:
        return is_chosen(texts.of_broadcast(session, issue)) & receives(clock.now())
    return Subscriber.frequency == issue.frequency


def _analyze_tables(session: Session) -> None:
    """PostgreSQL plans by its statistics, and of a list that was just imported it has none."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE subscriber, subscription, issue_article, article, article_topic"))


def _end_of_batch(session: Session, issue: Issue, may_get: ColumnElement[bool], size: int) -> int | None:
    """The last subscriber of the next batch, or None when all were looked at."""
    batch = (
        select(Subscriber.id)
        .where(
            Subscriber.state == SubscriberState.CONFIRMED,
            may_get,
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


def _in_batch(issue: Issue, last_id: int) -> ColumnElement[bool]:
    return Subscriber.id.between(issue.frozen_through + 1, last_id)


def _group_reserved(settings: Settings, issue: Issue, last_id: int) -> Subquery:
    reserved = select(DeliveredArticle.subscriber_id, DeliveredArticle.article_id).where(
        DeliveredArticle.issue_id == issue.id,
        DeliveredArticle.subscriber_id > issue.frozen_through,
        DeliveredArticle.subscriber_id <= last_id,
    )
    return pending_articles.group_by_content(reserved.subquery(), settings)


def _make_deliveries(session: Session, issue: Issue, groups: Subquery) -> None:
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
