"""The previous and next article of an exam, found by index without loading the others."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from articles.models import Article, Domain
from articles.queries import READING_ORDER, Order, articles_by_id
from articles.visibility import visible

REVERSE_READING_ORDER: Order = (
    Article.position.desc().nulls_first(),
    Domain.position.desc().nulls_first(),
    Article.slug.desc(),
)


def neighbors(session: Session, article: Article, now: datetime) -> tuple[Article | None, Article | None]:
    """The previous and the next visible article in the exam's reading order."""
    ids = [neighbor_id(session, article, now, later=later) for later in (False, True)]
    articles = {article.id: article for article in articles_by_id(session, [i for i in ids if i], now)}
    return articles.get(ids[0] or 0), articles.get(ids[1] or 0)


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
