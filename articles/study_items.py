"""Queries for the items that readers can study with at a moment: of visible articles, at their current text."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from articles.models import Article, ArticleTopic, Domain, Exam, StudyItem, StudyText, Topic
from articles.queries import READING_ORDER
from articles.visibility import visible

Row = tuple[StudyItem, StudyText, Article]


def study_items(
    session: Session,
    exam: Exam,
    now: datetime,
    *,
    kinds: Collection[str] = (),
    article: str = "",
    domain: str = "",
    topic: str = "",
    keys: Collection[str] = (),
) -> Sequence[Row]:
    """The exam's items in reading order, each with its text and its article; of some kinds or places, if given.

    `article`, `domain` and `topic` are slugs. An item belongs to the domain of its objective ("claims.lab": claims).
    """
    query = (
        select(StudyItem, StudyText, Article)
        .join(StudyText, and_(StudyText.item_id == StudyItem.id, StudyText.revision == StudyItem.revision))
        .join(Article, Article.id == StudyItem.article_id)
        .outerjoin(Domain, Domain.id == Article.domain_id)
        .where(StudyItem.exam_id == exam.id, StudyItem.retired.is_(False), visible(now))
        .order_by(*READING_ORDER, StudyItem.position)
    )
    if kinds:
        query = query.where(StudyItem.kind.in_(kinds))
    if keys:
        query = query.where(StudyItem.key.in_(keys))
    if article:
        query = query.where(Article.slug == article)
    if domain:
        query = query.where(_is_about(domain))
    if topic:
        about = select(ArticleTopic.article_id).join(Topic).where(Topic.slug == topic)
        query = query.where(Article.id.in_(about))
    return [row.tuple() for row in session.execute(query)]


def _is_about(domain: str) -> ColumnElement[bool]:
    return (StudyItem.objective == domain) | StudyItem.objective.startswith(f"{domain}.", autoescape=True)


def domain_of(item: StudyItem) -> str:
    """The slug of the domain that an item counts for; "" without one."""
    return (item.objective or "").split(".")[0]
