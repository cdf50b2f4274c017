"""Where readers stopped in articles."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from articles.models import Article
from articles.visibility import visible
from website.study.models import ReadMark


class StoppedAt(NamedTuple):
    """The article that a reader is not through with, and the heading that was read last ("" for the beginning)."""

    article: Article
    anchor: str

    @property
    def url(self) -> str:
        """Where to continue."""
        return f"{self.article.url}#{self.anchor}" if self.anchor else self.article.url


def stopped_at(session: Session, reader_id: int, now: datetime) -> StoppedAt | None:
    """Where the reader stopped last, of the articles that can be read now."""
    query = select(Article, ReadMark.anchor).join(ReadMark, ReadMark.article_id == Article.id)
    query = query.where(ReadMark.reader_id == reader_id, ReadMark.is_read.is_(False), visible(now))
    row = session.execute(query.order_by(ReadMark.at.desc()).limit(1)).first()
    return StoppedAt(row[0], row[1]) if row else None
