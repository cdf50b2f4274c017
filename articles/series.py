"""Series: articles that are read one after the other, in the order of their `part`, or else in reading order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from articles.models import Article, Domain, Exam
from articles.queries import READING_ORDER, visible_articles
from articles.visibility import visible


@dataclass(frozen=True)
class Series:
    """A series as readers see it now."""

    slug: str
    parts: Sequence[Article]

    @property
    def name(self) -> str:
        """The name that its first part gives it."""
        return self.parts[0].series or self.slug

    @property
    def language(self) -> str | None:
        """The language of its first part."""
        return self.parts[0].language

    @property
    def url(self) -> str:
        """The path of its URL."""
        return f"/series/{self.slug}/"


@dataclass(frozen=True)
class Place:
    """Where an article stands in its series."""

    series: Series
    number: int  # from 1
    previous: Article | None
    next: Article | None


def series_slugs(session: Session, now: datetime) -> list[str]:
    """The series that have at least two visible parts."""
    query = select(Article.series_slug).where(visible(now), Article.series_slug.is_not(None))
    query = query.group_by(Article.series_slug).having(func.count() > 1).order_by(Article.series_slug)
    return [slug for slug in session.scalars(query) if slug]


def find_series(session: Session, slug: str, now: datetime) -> Series | None:
    """A series with visible articles."""
    query = visible_articles(now).join(Exam, Exam.id == Article.exam_id)
    query = query.outerjoin(Domain, Domain.id == Article.domain_id).where(Article.series_slug == slug)
    order = (Article.part.asc().nulls_last(), Exam.position, Exam.slug, *READING_ORDER)
    parts = session.scalars(query.order_by(*order)).all()
    return Series(slug, parts) if parts else None


def place_of(session: Session, article: Article, now: datetime) -> Place | None:
    """The place of a visible article in its series; one part alone is no series yet."""
    series = find_series(session, article.series_slug, now) if article.series_slug else None
    if series is None or len(series.parts) < 2:
        return None
    ids = [part.id for part in series.parts]
    index = ids.index(article.id)
    around = (None, *series.parts, None)
    return Place(series, index + 1, around[index], around[index + 2])
