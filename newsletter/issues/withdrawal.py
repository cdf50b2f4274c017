"""An article that was unpublished leaves the mails that were not sent yet (MAIL-28)."""

from collections.abc import Collection

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from articles.models import Article
from articles.visibility import visible
from carrel import clock
from carrel.db import insert_new
from newsletter.issues.models import DeliveredArticle, Delivery, DeliveryState, IssueArticle, MailVariant

ARTICLE_UNPUBLISHED = "its article was unpublished"


def withdraw_gone(session: Session, issue_id: int) -> None:
    """Take articles that readers no longer see out of every queued mail; a mail that is left empty is not sent.

    Asked again for each batch: a mail that a worker had leased the last time may be queued now.
    """
    gone = set(session.scalars(_gone(issue_id)).all())
    if not gone:
        return
    for variant in session.scalars(select(MailVariant).where(MailVariant.issue_id == issue_id)).all():
        if gone & set(variant.article_ids):
            _shorten(session, variant, gone)
    marking = update(IssueArticle).where(
        IssueArticle.issue_id == issue_id,
        IssueArticle.article_id.in_(gone),
        IssueArticle.withdrawn_at.is_(None),
    )
    session.execute(marking.values(withdrawn_at=clock.now()))


def _gone(issue_id: int) -> Select[int]:
    articles = select(IssueArticle.article_id).join(Article, Article.id == IssueArticle.article_id)
    return articles.where(IssueArticle.issue_id == issue_id, ~visible(clock.now()))


def _shorten(session: Session, variant: MailVariant, gone: Collection[int]) -> None:
    waiting = (
        Delivery.issue_id == variant.issue_id,
        Delivery.variant_id == variant.id,
        Delivery.state == DeliveryState.QUEUED,
    )
    readers = select(Delivery.subscriber_id).where(*waiting)
    session.execute(
        delete(DeliveredArticle).where(
            DeliveredArticle.article_id.in_(gone),
            DeliveredArticle.issue_id == variant.issue_id,
            DeliveredArticle.subscriber_id.in_(readers),
        )
    )
    left = ",".join(str(article_id) for article_id in variant.article_ids if article_id not in gone)
    if left:
        shorter = _variant_of(session, variant, left)
        session.execute(update(Delivery).where(*waiting).values(variant_id=shorter))
    else:
        over = {"state": DeliveryState.SUPPRESSED, "ended_at": clock.now(), "problem": ARTICLE_UNPUBLISHED}
        session.execute(update(Delivery).where(*waiting).values(over))


def _variant_of(session: Session, variant: MailVariant, articles: str) -> int:
    same = {"issue_id": variant.issue_id, "audience": variant.audience, "articles": articles}
    insert_new(session, MailVariant, **same)
    return session.scalars(select(MailVariant.id).filter_by(**same)).one()
