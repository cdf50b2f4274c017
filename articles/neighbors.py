"""The articles before and after one, found without looking at all that its exam has."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from articles.models import Article, Domain
from articles.queries import READING_ORDER, Order, articles_by_id
from articles.visibility import visible

BACKWARDS: Order = (
    Article.position.desc().nulls_first(),
    Domain.position.desc().nulls_first(),
    Article.slug.desc(),
)


def neighbors(session: Session, article: Article, now: datetime) -> tuple[Article | None, Article | None]:
    """The articles before and after one in its exam's reading order."""
    ids = [_beside(session, article, now, later=later) for later in (False, True)]
    found = {each.id: each for each in articles_by_id(session, [each for each in ids if each], now)}
    return found.get(ids[0] or 0), found.get(ids[1] or 0)


def _beside(session: Session, article: Article, now: datetime, *, later: bool) -> int | None:
    """The nearest article on one side: looked for place by place, each a short walk along an index."""
    query = select(Article.id).outerjoin(Domain, Domain.id == Article.domain_id).limit(1)
    query = query.where(Article.exam_id == article.exam_id, visible(now))
    for place, order in _places(article, later=later):
        if found := session.scalar(query.where(place).order_by(*order)):
            return found
    return None


def _places(article: Article, *, later: bool) -> Iterator[tuple[ColumnElement[bool], Order]]:
    """Where neighbors can be and in which order, the nearest first: of its number and domain, its number, others."""
    order = READING_ORDER if later else BACKWARDS
    slug = Article.slug > article.slug if later else Article.slug < article.slug
    number = Article.position == article.position
    yield and_(number, Article.domain_id == article.domain_id, slug), order[2:]
    domain = article.domain.position if article.domain else None
    for place in _beyond(Domain.position, domain, later=later):
        yield and_(number, place), order[1:]
    for place in _beyond(Article.position, article.position, later=later):
        yield place, order


def _beyond(
    column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], value: int | None, *, later: bool
) -> list[ColumnElement[bool]]:
    """The values before or after one, where none at all comes last."""
    if value is None:
        return [] if later else [column.is_not(None)]
    return [column > value, column.is_(None)] if later else [column < value]
