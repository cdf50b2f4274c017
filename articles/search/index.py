"""The index behind search, kept by publishing: FTS5 on SQLite, tsvector on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from articles.build.words import words


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What is found of one article; `body` are its words, one space between them."""

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
    """Make texts findable."""
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
    """Make texts unfindable."""
    rows = [{"body_id": body_id} for body_id in body_ids]
    session.execute(text(_REMOVE[session.get_bind().dialect.name]), rows)


def plain(value: str) -> str:
    """Words, one space between them: both databases get the same, so that both find the same articles."""
    return " ".join(words(value))
