"""Queries for what readers see at a moment.

Articles come with their exam, domain and topics loaded, so they can be used after the session is closed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from articles.models import Article, ArticleTopic, Domain, Exam, OldPath, PlainPage, Redirect, Topic
from articles.visibility import visible
from articles.web_address import normalize_path


@dataclass(frozen=True)
class Moved:
    """An old address: the article is at `url` now (301)."""

    url: str


@dataclass(frozen=True)
class Gone:
    """An address whose article was removed or has expired (410)."""


@dataclass(frozen=True)
class DomainSection:
    """A domain of an exam with its articles in reading order; without a domain for the others."""

    domain: Domain | None
    articles: list[Article]


@dataclass(frozen=True)
class TopicCount:
    """A topic and how many articles it has."""

    topic: Topic
    count: int


Order = tuple[ColumnElement[Any], ...]
# The one reading order: the author's numbers first, then the outline, then the alphabet.
READING_ORDER: Order = (
    Article.position.asc().nulls_last(),
    Domain.position.asc().nulls_last(),
    Article.slug.asc(),
)


_IS_THERE = and_(Article.draft.is_(False), Article.removed_at.is_(None))
# One search of an index for each: every page asks, and few articles are scheduled.
NEXT_DATES = select(
    *(
        select(func.min(moment)).where(moment > bindparam("now"), _IS_THERE).scalar_subquery()
        for moment in (Article.published, Article.expires)
    )
)


@lru_cache(maxsize=8)  # as for `visible`; a statement never changes
def visible_articles(now: datetime) -> Select[Article]:
    """The visible articles with their exam, domain and topics."""
    domain = joinedload(Article.domain).joinedload(Domain.exam)
    options = (joinedload(Article.exam), domain, selectinload(Article.topics))
    return select(Article).where(visible(now)).options(*options)


def exams(session: Session, now: datetime) -> Sequence[Exam]:
    """The exams that have visible articles, in their order, each with its domains."""
    has_articles = exists().where(Article.exam_id == Exam.id, visible(now))
    query = select(Exam).where(Exam.in_files, has_articles).options(selectinload(Exam.domains))
    return session.scalars(query.order_by(Exam.position, Exam.slug)).all()


def find_exam(session: Session, slug: str, now: datetime) -> Exam | None:
    """An exam that has visible articles."""
    return next((exam for exam in exams(session, now) if exam.slug == slug), None)


def exam_articles(session: Session, exam: Exam, now: datetime) -> Sequence[Article]:
    """All articles of an exam in reading order."""
    query = visible_articles(now).outerjoin(Domain, Domain.id == Article.domain_id).order_by(*READING_ORDER)
    return session.scalars(query.where(Article.exam_id == exam.id)).all()


def domain_sections(session: Session, exam: Exam, now: datetime) -> list[DomainSection]:
    """The domains of an exam that have articles, in the outline's order; those without a domain last."""
    articles = exam_articles(session, exam, now)
    by_domain: dict[int | None, list[Article]] = {}
    for article in articles:
        by_domain.setdefault(article.domain_id, []).append(article)
    domains: list[Domain | None] = [*exam.domains, None]
    sections = [DomainSection(domain, by_domain.get(domain.id if domain else None, [])) for domain in domains]
    return [section for section in sections if section.articles]


def topics(session: Session, now: datetime, exam: Exam | None = None) -> list[TopicCount]:
    """The topics that have articles (of one exam, when given), by name."""
    query = (
        select(Topic, func.count())
        .join(ArticleTopic, ArticleTopic.topic_id == Topic.id)
        .join(Article, Article.id == ArticleTopic.article_id)
        .where(Topic.in_files, visible(now))
        .group_by(Topic.id)
        .order_by(func.lower(Topic.name))
    )
    if exam is not None:
        query = query.where(Article.exam_id == exam.id)
    return [TopicCount(topic, count) for topic, count in session.execute(query)]


def find_topic(session: Session, slug: str, now: datetime) -> Topic | None:
    """A topic that has visible articles."""
    has_articles = (
        exists()
        .where(ArticleTopic.topic_id == Topic.id)
        .where(Article.id == ArticleTopic.article_id, visible(now))
    )
    return session.scalars(
        select(Topic).where(Topic.slug == slug, Topic.in_files, has_articles)
    ).one_or_none()


def find_article(session: Session, slug: str, now: datetime) -> Article | Moved | Gone | None:
    """The article at an address, with its text; where it moved to; that it is gone; or None."""
    query = visible_articles(now).where(Article.slug == slug).options(joinedload(Article.content))
    if article := session.scalars(query).one_or_none():
        return article
    redirected = (
        select(Article).join(Redirect, Redirect.article_id == Article.id).where(Redirect.slug == slug)
    )
    if target := session.scalars(redirected).one_or_none():
        return _unless_hidden(target, now, Moved(target.url))
    article = session.scalars(select(Article).where(Article.slug == slug)).one_or_none()
    return _unless_hidden(article, now, None) if article else None


def find_old_path(session: Session, path: str, now: datetime) -> Moved | Gone | None:
    """Where the article moved that another program had at this path (decoded); that it is gone; or None."""
    query = select(Article).join(OldPath, OldPath.article_id == Article.id)
    target = session.scalars(query.where(OldPath.path == normalize_path(path))).one_or_none()
    return _unless_hidden(target, now, Moved(target.url)) if target else None


def _unless_hidden(article: Article, now: datetime, otherwise: Moved | None) -> Moved | Gone | None:
    """The answer for an article that may not be visible: None when it never was, to reveal nothing (CON-06)."""
    was_visible = article.first_visible_at is not None and article.first_visible_at <= now
    if article.removed_at or (article.expires and article.expires <= now):
        return Gone() if was_visible else None
    is_hidden = article.draft or (article.published and article.published > now)
    return None if is_hidden else otherwise


def articles_by_id(session: Session, ids: Sequence[int], now: datetime) -> Sequence[Article]:
    """The visible ones of these articles, in no order."""
    return session.scalars(visible_articles(now).where(Article.id.in_(ids))).all() if ids else []


def loaded(session: Session, ids: Iterable[int | None], now: datetime) -> dict[int | None, Article]:
    """The visible ones of these articles by their ids; None, for an article that there is not, stands for none."""
    found = articles_by_id(session, [article_id for article_id in ids if article_id], now)
    return {article.id: article for article in found}


def newest(
    session: Session, now: datetime, limit: int, exam: Exam | None = None, topic: Topic | None = None
) -> Sequence[Article]:
    """The articles that became visible last (of one exam or topic, when given), the newest first."""
    shown = func.coalesce(Article.published, Article.first_visible_at)
    query = visible_articles(now).order_by(shown.desc(), Article.id.desc()).limit(limit)
    if exam is not None:
        query = query.where(Article.exam_id == exam.id)
    if topic is not None:
        query = query.where(
            Article.id.in_(select(ArticleTopic.article_id).where(ArticleTopic.topic_id == topic.id))
        )
    return session.scalars(query).all()


def appeared(session: Session, since: datetime, now: datetime) -> Sequence[Article]:
    """The articles that became visible after `since` and are visible now, the oldest first."""
    query = visible_articles(now).where(Article.first_visible_at > since, Article.first_visible_at <= now)
    return session.scalars(query.order_by(Article.first_visible_at, Article.id)).all()


def next_change(session: Session, now: datetime) -> datetime | None:
    """The next moment at which an article becomes visible or hidden because of its dates."""
    row = session.connection().execute(NEXT_DATES, {"now": now}).one()
    return min((moment for moment in row if moment), default=None)


def plain_pages(session: Session) -> Sequence[PlainPage]:
    """The plain pages: about, contact, privacy, terms, as far as they exist."""
    return session.scalars(select(PlainPage).order_by(PlainPage.slug)).all()


def find_page(session: Session, slug: str) -> PlainPage | None:
    """A plain page."""
    return session.get(PlainPage, slug)
