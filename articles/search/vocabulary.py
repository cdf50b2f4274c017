"""The table of the library's words and how many articles have each; publishing maintains it."""

import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import column, delete, insert, select, table, text, update
from sqlalchemy.orm import Session

from carrel.db import Database

BATCH = 2_500  # articles counted in one transaction
VERSION = ""  # is no word: its number is another one whenever those of the words have changed
_ENTRY = table("article_search_entry", column("body_id"), column("words"), column("counted"))
WORD = table("article_search_word", column("word"), column("docs"))
_UPSERT = """INSERT INTO article_search_word (word, docs) SELECT key, {value} WHERE true
    ON CONFLICT (word) DO UPDATE SET docs = article_search_word.docs + excluded.docs"""
_COUNT = {
    "sqlite": _UPSERT.format(value="value FROM json_each(:counts)"),
    "postgresql": _UPSERT.format(value="CAST(value AS integer) FROM json_each_text(CAST(:counts AS json))"),
}

# At random, as a database that was restored could have come to the same number by another way.
_RENEW = """INSERT INTO article_search_word (word, docs) VALUES ('', :number)
    ON CONFLICT (word) DO UPDATE SET docs = excluded.docs"""


def note(session: Session, words: Mapping[int, str]) -> None:
    """Keep the words of new documents, by body: to be counted by `count_new`, and taken back by `forget`."""
    rows = [{"body_id": body_id, "words": written, "counted": False} for body_id, written in words.items()]
    session.execute(insert(_ENTRY), rows)


def forget(session: Session, body_ids: Sequence[int]) -> None:
    """Take back the words of documents."""
    entries = select(_ENTRY.c.words).where(_ENTRY.c.body_id.in_(body_ids), _ENTRY.c.counted)
    _count(session, session.scalars(entries).all(), -1)
    session.execute(delete(_ENTRY).where(_ENTRY.c.body_id.in_(body_ids)))


def count_new(db: Database) -> None:
    """Count the words of the documents that were added since. Killed at any point, the next call goes on."""
    uncounted = select(_ENTRY.c.body_id).where(~_ENTRY.c.counted).limit(BATCH)
    with db.read() as session:
        is_done = session.execute(uncounted.limit(1)).first() is None
    while not is_done:
        with db.write() as session:
            body_ids = session.scalars(uncounted).all()
            count_now(session, body_ids)
            is_done = len(body_ids) < BATCH


def count_now(session: Session, body_ids: Sequence[int]) -> None:
    """Count the words of documents, in this transaction."""
    if body_ids:
        entries = select(_ENTRY.c.words).where(_ENTRY.c.body_id.in_(body_ids), ~_ENTRY.c.counted)
        _count(session, session.scalars(entries).all(), 1)
        session.execute(update(_ENTRY).where(_ENTRY.c.body_id.in_(body_ids)).values(counted=True))


def _count(session: Session, entries: Sequence[str], sign: int) -> None:
    counts = Counter[str]()
    for words in entries:
        counts.update(words.split())
    if not counts:
        return
    signed = {word: sign * count for word, count in sorted(counts.items())}
    statement = text(_COUNT[session.get_bind().dialect.name])
    session.execute(statement, {"counts": json.dumps(signed, ensure_ascii=False)})
    if sign < 0:
        session.execute(delete(WORD).where(WORD.c.docs <= 0))
    session.execute(text(_RENEW), {"number": secrets.randbelow(2**31 - 1) + 1})


def version(session: Session) -> int:
    """A number that is another one whenever the vocabulary has changed."""
    return session.scalar(select(WORD.c.docs).where(WORD.c.word == VERSION)) or 0


def read_words(session: Session, most: int) -> dict[str, int]:
    """The words that most articles have, each with their number."""
    query = select(WORD.c.word, WORD.c.docs).where(WORD.c.word != VERSION)
    return dict(session.execute(query.order_by(WORD.c.docs.desc(), WORD.c.word).limit(most)).all())
