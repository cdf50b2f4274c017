"""Texts stored before the switch. Until an article points at one, no reader can reach it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session

from articles.build.built_article import BuiltArticle, BuiltImage, BuiltLink
from articles.loading.article_file import ArticleFile
from articles.models import Article, ArticleBody, BodyImage, BodyKeyword, BodyLink
from articles.publish.previous_state import in_parts
from articles.search import index
from carrel.db import Base, Database

_WASTE = select(ArticleBody.id).where(~exists().where(Article.body_id == ArticleBody.id))
Row = dict[str, str | int | float]
_TOGETHER = 200  # bodies removed in one transaction, so that nobody waits for long


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored text, and what the article's row says of it."""

    body_id: int
    words: int
    reading_minutes: int


def store(
    session: Session, texts: Sequence[BuiltArticle], files: Mapping[str, ArticleFile]
) -> dict[str, Stored]:
    """Store texts with their links, images, keywords and search entries; what became of each, by path."""
    if not texts:
        return {}
    ids = session.scalars(
        insert(ArticleBody).returning(ArticleBody.id, sort_by_parameter_order=True),
        [_body(made) for made in texts],
    ).all()
    pairs = list(zip(ids, texts, strict=True))
    _add(session, BodyLink, [_link(body, link) for body, made in pairs for link in made.links])
    _add(session, BodyImage, [_image(body, image) for body, made in pairs for image in made.images])
    _add(session, BodyKeyword, [_keyword(body, pair) for body, made in pairs for pair in made.keywords])
    index.add(session, [_entry(body, made, files[made.path]) for body, made in pairs])
    return {made.path: Stored(body, made.words, made.reading_minutes) for body, made in pairs}


def _body(made: BuiltArticle) -> dict[str, object]:
    names = ("blocks", "contents", "anchors", "text", "markdown")
    return {name: getattr(made, name) for name in names}


def _add(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Rows of plain texts and numbers, given to the driver as they are: the mapper takes longer than the database."""
    if rows:
        names = ", ".join(rows[0])
        mark = "?" if session.get_bind().dialect.name == "sqlite" else "%s"
        marks = ", ".join([mark] * len(rows[0]))
        statement = f"INSERT INTO {model.__tablename__} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
        session.connection().exec_driver_sql(statement, [tuple(row.values()) for row in rows])


def _link(body_id: int, link: BuiltLink) -> Row:
    return {"body_id": body_id, "path": link.path, "anchor": link.anchor, "url": link.url, "line": link.line}


def _image(body_id: int, image: BuiltImage) -> Row:
    return {"body_id": body_id, "path": image.path, "stat": image.stamp, "digest": image.digest}


def _keyword(body_id: int, pair: tuple[str, float]) -> Row:
    return {"body_id": body_id, "word": pair[0], "weight": pair[1]}


def _entry(body_id: int, made: BuiltArticle, file: ArticleFile) -> index.IndexEntry:
    return index.IndexEntry(body_id, file.matter.title, file.matter.summary, made.search_text)


def collect(db: Database) -> None:
    """Remove the texts that no article points at: those of a publication that ended early."""
    with db.read() as session:  # most often there are none, and nobody should wait for that answer
        ids = session.scalars(_WASTE).all()
    discard(db, ids)


def discard(db: Database, ids: Sequence[int]) -> None:
    """Remove texts that no article points at any more."""
    for some in in_parts(ids, _TOGETHER):
        with db.write() as session:
            index.remove(session, some)
            session.execute(delete(ArticleBody).where(ArticleBody.id.in_(some)))
