"""Deliveries of issues that were over a year ago become totals, which say the same numbers (ADR 40).

A batch is one transaction: it raises the floor, counts the batch, and deletes it. So a worker may die anywhere. A
delivery takes what its subscriber got with it (`DeliveredArticle`), as nothing below the floor is ever sent again.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, delete, exists, func, select, update
from sqlalchemy.orm import Session

from articles.models import Article
from carrel import clock
from carrel.db import insert_into
from carrel.services import Services
from newsletter.bounces.models import Bounce
from newsletter.issues import floor
from newsletter.issues.models import (
    DeliveredArticle,
    Delivery,
    DeliveryState,
    DeliveryTotal,
    Issue,
    IssueArticle,
    MailVariant,
)
from newsletter.subscribers.models import Subscriber

EVERY_SECONDS = 10.0  # one batch at a time, as digests and mail come first
KEPT = timedelta(days=365)
BATCH = 2_000  # the write lock is held for well under a second
OPEN = (DeliveryState.QUEUED, DeliveryState.LEASED)

Batch = Sequence[Row[int, str, int, int | None]]


def run_step(services: Services) -> bool:
    """A step of the worker: roll up one batch. It never says that there is more."""
    cutoff = clock.now() - KEPT
    with services.db.read() as session:  # usually there is none, and then no other writer should wait
        if session.scalars(_over(cutoff)).first() is None:
            return False
    with services.db.write() as session:
        # Nobody sends anything of it again meanwhile, and no other worker counts the same.
        issue = session.scalars(_over(cutoff).with_for_update(skip_locked=True)).first()
        if issue:
            roll_up_batch(session, issue, cutoff, BATCH)
    return False


def _over(cutoff: datetime) -> Select[Issue]:
    """The oldest issue that has been over since then and has something to roll up."""
    has_row = exists().where(Delivery.issue_id == Issue.id, *_may_go())
    issues = select(Issue).where(Issue.finished_at < cutoff, Issue.rolled_up_at.is_(None))
    is_empty = ~exists().where(Delivery.issue_id == Issue.id)
    return issues.where(has_row | is_empty).order_by(Issue.id).limit(1)


def _may_go() -> tuple[ColumnElement[bool], ...]:
    """What came back is counted by its delivery, for as long as that is remembered."""
    return Delivery.state.not_in(OPEN), ~exists().where(Bounce.delivery_id == Delivery.id)


def roll_up_batch(session: Session, issue: Issue, cutoff: datetime, size: int) -> None:
    """Roll up that many deliveries of an issue; after the last of them, its mails."""
    batch = _batch(session, issue.id, size)
    if batch:
        _give_up_articles(session, issue.id, cutoff, [row.subscriber_id for row in batch])
        _add_to_totals(session, issue.id, batch)
        session.execute(delete(Delivery).where(Delivery.id.in_([row.id for row in batch])))
    if not session.scalar(select(exists().where(Delivery.issue_id == issue.id))):
        _drop_rare_mails(session, issue.id)
        issue.rolled_up_at = clock.now()


def _batch(session: Session, issue_id: int, size: int) -> Batch:
    """Its deliveries but those of subscribers who are being erased at this moment: they come with the next."""
    columns = (Delivery.id, Delivery.state, Delivery.variant_id, Delivery.subscriber_id)
    ended = select(*columns).where(Delivery.issue_id == issue_id, *_may_go())
    rows = session.execute(ended.limit(size)).all()
    ids = {row.subscriber_id for row in rows} - {None}
    staying = select(Subscriber.id).where(Subscriber.id.in_(ids))
    staying = staying.with_for_update(read=True, key_share=True, skip_locked=True)
    locked = {None, *session.scalars(staying)}
    return [row for row in rows if row.subscriber_id in locked]


def _give_up_articles(
    session: Session, issue_id: int, cutoff: datetime, subscriber_ids: Sequence[int | None]
) -> None:
    """Forget which articles they got, once no digest can bring those again."""
    brought = select(Article.id, Article.first_visible_at).join(
        IssueArticle, IssueArticle.article_id == Article.id
    )
    old = session.execute(
        brought.where(IssueArticle.issue_id == issue_id, Article.first_visible_at <= cutoff)
    ).all()
    if not old:
        return
    floor.raise_floor(session, max(row.first_visible_at for row in old))
    session.execute(
        delete(DeliveredArticle).where(
            DeliveredArticle.subscriber_id.in_({id_ for id_ in subscriber_ids if id_ is not None}),
            DeliveredArticle.article_id.in_([row.id for row in old]),
            DeliveredArticle.issue_id == issue_id,
        )
    )


def _add_to_totals(session: Session, issue_id: int, batch: Batch) -> None:
    states = Counter(row.state for row in batch)
    rows = [{"issue_id": issue_id, "state": state, "deliveries": count} for state, count in states.items()]
    adding = insert_into(session, DeliveryTotal).values(rows)
    grown = {"deliveries": DeliveryTotal.deliveries + adding.excluded.deliveries}
    session.execute(adding.on_conflict_do_update(index_elements=["issue_id", "state"], set_=grown))
    for variant_id, count in Counter(row.variant_id for row in batch).items():
        variant = update(MailVariant).where(MailVariant.id == variant_id)
        session.execute(variant.values(rolled_up=MailVariant.rolled_up + count))


def _drop_rare_mails(session: Session, issue_id: int) -> None:
    """Of its mails, one for readers with ads and one without stay to be read: those that most got."""
    place = func.row_number().over(
        partition_by=MailVariant.audience, order_by=(MailVariant.rolled_up.desc(), MailVariant.id)
    )
    ranked = select(MailVariant.id, place.label("place")).where(MailVariant.issue_id == issue_id).subquery()
    rare = select(ranked.c.id).where(ranked.c.place > 1)
    session.execute(
        update(MailVariant)
        .where(MailVariant.id.in_(rare), MailVariant.html.is_not(None))
        .values(subject=None, text=None, html=None)
        .execution_options(synchronize_session=False)
    )
