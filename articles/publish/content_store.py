"""Stores built bodies. No reader can reach one until the commit step makes an article point at it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session

from articles.build.built_article import BuiltArticle
from articles.build.choices import shows
from articles.models import Article, ArticleBody, BodyImage, BodyKeyword, BodyLink
from articles.publish.previous_state import batched
from articles.search import index
from carrel.db import Base, Database

_ORPHANS = select(ArticleBody.id).where(~exists().where(Article.body_id == ArticleBody.id))
_DELETE_BATCH = 200  # bodies deleted in one transaction, so that no other writer waits long


@dataclass(frozen=True, slots=True)
class StoredBody:
    """A stored body, and what the article's row says of it."""

    body_id: int
    words: int
    reading_minutes: int
    picture: dict[str, Any] | None = None
    related: tuple[str, ...] = ()


def store_bodies(session: Session, articles: Sequence[BuiltArticle]) -> dict[str, StoredBody]:
    """Store bodies with their links, images, keywords and search entries. The stored ones, by path."""
    columns = ("blocks", "contents", "anchors", "text", "markdown")
    ids = session.scalars(
        insert(ArticleBody).returning(ArticleBody.id, sort_by_parameter_order=True),
        [{name: getattr(article, name) for name in columns} for article in articles],
    ).all()
    pairs = list(zip(ids, articles, strict=True))
    insert_rows(
        session,
        BodyLink,
        ("body_id", "path", "anchor", "url", "line"),
        [
            (body, link.path, link.anchor, link.url, link.line)
            for body, article in pairs
            for link in article.links
        ],
    )
    insert_rows(
        session,
        BodyImage,
        ("body_id", "path", "stat", "digest"),
        [(body, image.path, image.stat, image.digest) for body, article in pairs for image in article.images],
    )
    insert_rows(
        session,
        BodyKeyword,
        ("body_id", "word", "weight"),
        [(body, word, weight) for body, article in pairs for word, weight in article.keywords],
    )
    index.add(session, {body: article.search_entry for body, article in pairs if article.search_entry})
    return {article.path: _stored(body, article) for body, article in pairs}


def _stored(body_id: int, article: BuiltArticle) -> StoredBody:
    picture = article.picture
    columns = {**asdict(picture), "shown": shows(picture, article.html)} if picture else None
    return StoredBody(body_id, article.words, article.reading_minutes, columns, article.related)


def insert_rows(
    session: Session, model: type[Base], columns: Sequence[str], rows: Sequence[tuple[str | int | float, ...]]
) -> None:
    """Insert plain texts and numbers without the ORM, which takes longer than the database."""
    if rows:
        mark = "?" if session.get_bind().dialect.name == "sqlite" else "%s"
        marks = ", ".join([mark] * len(columns))
        statement = f"INSERT INTO {model.__tablename__} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names
        session.connection().exec_driver_sql(statement, list(rows))


def delete_orphans(db: Database) -> None:
    """Delete the bodies that no article points at: those of a publication that was killed."""
    with db.read() as session:  # usually there are none, and then no other writer should wait
        ids = session.scalars(_ORPHANS).all()
    delete_bodies(db, ids)


def delete_bodies(db: Database, ids: Sequence[int]) -> None:
    """Delete bodies and their search entries."""
    for batch in batched(ids, _DELETE_BATCH):
        with db.write() as session:
            index.remove(session, batch)
            session.execute(delete(ArticleBody).where(ArticleBody.id.in_(batch)))
