"""Authors with a page of their own. What they wrote is in `articles.lists`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Exists, exists, or_, select
from sqlalchemy.orm import Session

from articles.models import Article, Author
from articles.visibility import visible


def _has_work(now: datetime) -> Exists:
    is_theirs = or_(Article.author == Author.name, Article.reviewer == Author.name)
    return exists().where(is_theirs, visible(now))


def authors(session: Session, now: datetime) -> Sequence[Author]:
    """The authors and reviewers of visible articles, by name."""
    return session.scalars(select(Author).where(_has_work(now)).order_by(Author.name)).all()


def find_author(session: Session, slug: str, now: datetime) -> Author | None:
    """An author of visible articles, or their reviewer."""
    return session.scalars(select(Author).where(Author.slug == slug, _has_work(now))).one_or_none()


def authors_of(session: Session, article: Article) -> dict[str, Author]:
    """The author and the reviewer of an article, by name, as far as they have pages."""
    names = [name for name in (article.author, article.reviewer) if name]
    return {author.name: author for author in session.scalars(select(Author).where(Author.name.in_(names)))}
