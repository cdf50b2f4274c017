"""The search index, updated by publishing: FTS5 on SQLite, tsvector on PostgreSQL, the same tokens in both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from articles.search import vocabulary
from articles.search.document import GAP, Document

_ADD = {
    "sqlite": "INSERT INTO article_search_tokens (rowid, stream, marks) VALUES (:body_id, :stream, :marks)",
    "postgresql": "INSERT INTO article_search_tokens (body_id, document) VALUES (:body_id, CAST(:document AS tsvector))",
}
_COLUMNS: dict[str, Callable[[Document], dict[str, str]]] = {
    "sqlite": lambda document: {"stream": " ".join(document.stream), "marks": " ".join(document.marks)},
    "postgresql": lambda document: {"document": tsvector(document)},
}
_REMOVE = {
    "sqlite": "DELETE FROM article_search_tokens WHERE rowid = :body_id",
    "postgresql": "DELETE FROM article_search_tokens WHERE body_id = :body_id",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What the tables have of a document: its columns in one kind of database, and its words for the vocabulary."""

    columns: dict[str, str]
    words: str


def entry_of(document: Document, dialect: str) -> Entry:
    """The entry of a document: long texts, so that processes pass on few values."""
    return Entry(_COLUMNS[dialect](document), " ".join(document.vocabulary))


def add(session: Session, entries: Mapping[int, Entry]) -> None:
    """Add entries, by body. Their words are in the vocabulary after its next `count_new`."""
    rows = [{"body_id": body_id, **entry.columns} for body_id, entry in entries.items()]
    if rows:
        session.execute(text(_ADD[session.get_bind().dialect.name]), rows)
        vocabulary.note(session, {body_id: entry.words for body_id, entry in entries.items()})


def remove(session: Session, body_ids: Sequence[int]) -> None:
    """Remove documents, and their words from the vocabulary."""
    if body_ids:
        rows = [{"body_id": body_id} for body_id in body_ids]
        session.execute(text(_REMOVE[session.get_bind().dialect.name]), rows)
        vocabulary.forget(session, body_ids)


def tsvector(document: Document) -> str:
    """A document in PostgreSQL's notation: each token with its places in the stream. No token has a quote."""
    places: dict[str, list[str]] = {}
    for place, word in enumerate(document.stream, 1):
        places.setdefault(word, []).append(str(place))
    places.pop(GAP, None)
    positioned = [f"'{word}':{','.join(numbers)}" for word, numbers in places.items()]
    return " ".join([*positioned, *(f"'{mark}'" for mark in document.marks if mark not in places)])
