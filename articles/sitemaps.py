"""Which articles stand in which sitemap: each file has its range of ids, so a new article changes one file only."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from articles.items import TURNED_KINDS
from articles.models import Article, Exam, StudyItem
from articles.models.articles import article_url, latest
from articles.visibility import visible

PER_FILE = 5_000  # the protocol allows 50,000 addresses and 50 MB


def files(session: Session, now: datetime) -> list[tuple[int, datetime | None]]:
    """The numbers of the files that have articles, and when one of these last changed."""
    number = ((Article.id - 1) // PER_FILE).label("number")
    changed = (
        func.max(func.coalesce(Article.published, Article.first_visible_at)),
        func.max(Article.modified_at),
        func.max(Article.updated),
    )
    rows = session.execute(select(number, *changed).where(visible(now)).group_by(number).order_by(number))
    return [(number + 1, latest(shown, modified, updated)) for number, shown, modified, updated in rows]


def entries(session: Session, now: datetime, number: int) -> list[tuple[str, datetime | None]]:
    """The paths of the visible articles of one file, and when each last changed; then those of their cards."""
    shown = func.coalesce(Article.published, Article.first_visible_at)
    ids = Article.id.between((number - 1) * PER_FILE + 1, number * PER_FILE)
    query = select(Article.slug, shown, Article.modified_at, Article.updated).where(ids, visible(now))
    rows = session.execute(query.order_by(Article.id))
    articles = [
        (article_url(slug), latest(first, modified, updated)) for slug, first, modified, updated in rows
    ]
    return articles + [(path, None) for path in _cards(session, visible(now) & ids)]


def _cards(session: Session, where: ColumnElement[bool]) -> list[str]:
    """The pages with the cards of these articles."""
    has_cards = exists().where(
        StudyItem.article_id == Article.id,
        StudyItem.kind.in_(TURNED_KINDS),
        StudyItem.retired.is_(False),
    )
    query = select(Exam.slug, Article.slug).join(Exam, Exam.id == Article.exam_id).where(where, has_cards)
    return [f"/study/{exam}/cards/{slug}/" for exam, slug in session.execute(query.order_by(Article.id))]
