"""The previous and next article of an exam, found by index without loading the others."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from articles.models import Article, Domain
from articles.queries import READING_ORDER, Order, loaded
from articles.visibility import visible

REVERSE_READING_ORDER: Order = (
    Article.position.desc().nulls_first(),
    Domain.position.desc().nulls_first(),
    Article.slug.desc(),
)


def neighbors(session: Session, article: Article, now: datetime) -> tuple[Article | None, Article | None]:
    """The previous and the next visible article in the exam's reading order."""
    before, after = neighbor_ids(session, article, now)
    articles = loaded(session, (before, after), now)
    return articles.get(before), articles.get(after)


def neighbor_ids(session: Session, article: Article, now: datetime) -> tuple[int | None, int | None]:
    """Their ids."""
    return neighbor_id(session, article, now, later=False), neighbor_id(session, article, now, later=True)


def neighbor_id(session: Session, article: Article, now: datetime, *, later: bool) -> int | None:
    """The nearest article on one side: tries one range after the other, each a short scan of an index."""
    query = select(Article.id).outerjoin(Domain, Domain.id == Article.domain_id).limit(1)
    query = query.where(Article.exam_id == article.exam_id, visible(now))
    for condition, order in _ranges(article, later=later):
        if article_id := session.scalar(query.where(condition).order_by(*order)):
            return article_id
    return None


def _ranges(article: Article, *, later: bool) -> Iterator[tuple[ColumnElement[bool], Order]]:
    """Where a neighbor can be, the nearest first: same position and domain, same position, any other."""
    order = READING_ORDER if later else REVERSE_READING_ORDER
    slug = Article.slug > article.slug if later else Article.slug < article.slug
    same_position = Article.position == article.position
    yield and_(same_position, Article.domain_id == article.domain_id, slug), order[2:]
    domain = article.domain.position if article.domain else None
    for condition in _beyond(Domain.position, domain, later=later):
        yield and_(same_position, condition), order[1:]
    for condition in _beyond(Article.position, article.position, later=later):
        yield condition, order


def _beyond(
    column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], value: int | None, *, later: bool
) -> list[ColumnElement[bool]]:
    """Conditions for the values before or after one, where NULL comes last."""
    if value is None:
        return [] if later else [column.is_not(None)]
    return [column > value, column.is_(None)] if later else [column < value]
