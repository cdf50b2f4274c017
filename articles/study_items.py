"""Queries for the items that readers can study with at a moment: of visible articles, at their current text."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, TypeVarTuple, Unpack

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from articles.models import Article, ArticleTopic, Domain, Exam, StudyItem, StudyText, Topic
from articles.queries import READING_ORDER
from articles.visibility import visible

Row = tuple[StudyItem, StudyText, Article]
Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class ItemPlace:
    """Where an item belongs, without its text."""

    key: str
    kind: str
    case_key: str | None
    domain: str  # slug; "" without one
    article_id: int


class ItemFilters(TypedDict, total=False):
    """Which of an exam's items; without any, all. `article`, `domain` and `topic` are slugs.

    An item belongs to the domain of its objective ("claims.lab": claims).
    """

    kinds: Collection[str]
    article: str
    domain: str
    topic: str
    keys: Collection[str]


def study_items(session: Session, exam: Exam, now: datetime, **filters: Unpack[ItemFilters]) -> Sequence[Row]:
    """These items of the exam in reading order, each with its text and its article."""
    query = select(StudyItem, StudyText, Article).join(
        StudyText, and_(StudyText.item_id == StudyItem.id, StudyText.revision == StudyItem.revision)
    )
    rows = session.execute(_chosen(query, exam, now, filters))
    return [(item, text, in_article) for item, text, in_article in rows]


def item_places(
    session: Session, exam: Exam, now: datetime, **filters: Unpack[ItemFilters]
) -> list[ItemPlace]:
    """Where the same items belong: all of an exam's without their texts, which are most of them."""
    item = StudyItem
    query = select(item.key, item.kind, item.case_key, item.objective, item.article_id)
    rows = session.execute(_chosen(query, exam, now, filters))
    return [
        ItemPlace(key, kind, case, (objective or "").split(".")[0], article_id)
        for key, kind, case, objective, article_id in rows
    ]


def count_items(session: Session, article_id: int, kinds: Collection[str]) -> int:
    """How many items of these kinds an article has."""
    is_there = (StudyItem.article_id == article_id, StudyItem.retired.is_(False), StudyItem.kind.in_(kinds))
    return session.scalar(select(func.count()).select_from(StudyItem).where(*is_there)) or 0


def exams_with_items(session: Session, now: datetime) -> set[int]:
    """The ids of the exams that have items."""
    query = select(StudyItem.exam_id).join(Article, Article.id == StudyItem.article_id).distinct()
    return set(session.scalars(query.where(StudyItem.retired.is_(False), visible(now))))


def can_be_answered(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Whether an item, joined with its article, is one that readers can answer or grade: a case is none by itself."""
    return StudyItem.retired.is_(False), StudyItem.kind != "case", visible(now)


def _chosen(query: Select[*Columns], exam: Exam, now: datetime, filters: ItemFilters) -> Select[*Columns]:
    """The query over an exam's live items, in reading order."""
    query = (
        query.join(Article, Article.id == StudyItem.article_id)
        .outerjoin(Domain, Domain.id == Article.domain_id)
        .where(StudyItem.exam_id == exam.id, StudyItem.retired.is_(False), visible(now))
        .order_by(*READING_ORDER, StudyItem.position)
    )
    if kinds := filters.get("kinds"):
        query = query.where(StudyItem.kind.in_(kinds))
    if keys := filters.get("keys"):
        query = query.where(StudyItem.key.in_(keys))
    if article := filters.get("article"):
        query = query.where(Article.slug == article)
    if domain := filters.get("domain"):
        query = query.where(_is_about(domain))
    if topic := filters.get("topic"):
        about = select(ArticleTopic.article_id).join(Topic).where(Topic.slug == topic)
        query = query.where(Article.id.in_(about))
    return query


def _is_about(domain: str) -> ColumnElement[bool]:
    return (StudyItem.objective == domain) | StudyItem.objective.startswith(f"{domain}.", autoescape=True)


def domain_of(item: StudyItem) -> str:
    """The slug of the domain that an item counts for; "" without one."""
    return (item.objective or "").split(".")[0]
