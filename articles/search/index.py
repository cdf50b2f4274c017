"""The search index, updated by publishing: FTS5 on SQLite, tsvector on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from articles.words import words


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What search knows of one article; `body` is in the form of `plain`."""

    body_id: int
    title: str
    summary: str
    body: str


_ADD = {
    "sqlite": "INSERT INTO article_search (rowid, title, summary, body) VALUES (:body_id, :title, :summary, :body)",
    "postgresql": """
        INSERT INTO article_search (body_id, document) VALUES (:body_id,
            setweight(to_tsvector('article_search', :title), 'A') ||
            setweight(to_tsvector('article_search', :summary), 'B') ||
            setweight(to_tsvector('article_search', :body), 'D'))""",
}
_REMOVE = {
    "sqlite": "DELETE FROM article_search WHERE rowid = :body_id",
    "postgresql": "DELETE FROM article_search WHERE body_id = :body_id",
}


def add(session: Session, entries: Sequence[IndexEntry]) -> None:
    """Add entries."""
    rows = [
        {
            "body_id": entry.body_id,
            "title": plain(entry.title),
            "summary": plain(entry.summary),
            "body": entry.body,
        }
        for entry in entries
    ]
    session.execute(text(_ADD[session.get_bind().dialect.name]), rows)


def remove(session: Session, body_ids: Sequence[int]) -> None:
    """Remove entries."""
    rows = [{"body_id": body_id} for body_id in body_ids]
    session.execute(text(_REMOVE[session.get_bind().dialect.name]), rows)


def plain(value: str) -> str:
    """The words of a text with one space between them: the same for both databases, so that they find the same."""
    return " ".join(words(value))
