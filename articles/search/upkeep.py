"""Index what is not indexed: after an upgrade, and by the worker when an older release has published since."""

from sqlalchemy import column, exists, select, table
from sqlalchemy.orm import Session, joinedload, selectinload

from articles.models import Article
from articles.search import index, vocabulary
from articles.search.document import Document, compose, context_of, read_body
from carrel.db import Database
from carrel.services import Services

EVERY_SECONDS = 30.0
BATCH = 200
_ENTRY = table("article_search_entry", column("body_id"))


def run_step(services: Services) -> bool:
    """Index some of what is missing. Whether there may be more."""
    return _index_some(services.db)


def index_all(db: Database) -> None:
    """Index all that is missing: half a minute for ten thousand articles."""
    while _index_some(db):
        pass


def _index_some(db: Database) -> bool:
    with db.read() as session:
        dialect = session.get_bind().dialect.name
        entries = {
            article.body_id or 0: index.entry_of(document_of(article), dialect)
            for article in _missing(session)
        }
    if entries:
        with db.write() as session:
            live = set(session.scalars(select(Article.body_id).where(Article.body_id.in_(entries))))
            done = set(session.scalars(select(_ENTRY.c.body_id).where(_ENTRY.c.body_id.in_(live))))
            index.add(session, {body_id: entries[body_id] for body_id in live - done if body_id})
    vocabulary.count_new(db)
    return len(entries) == BATCH


def _missing(session: Session) -> list[Article]:
    is_indexed = exists().where(_ENTRY.c.body_id == Article.body_id)
    query = select(Article).where(Article.body_id.is_not(None), ~is_indexed).limit(BATCH)
    options = (
        joinedload(Article.exam),
        joinedload(Article.domain),
        joinedload(Article.content),
        selectinload(Article.topics),
    )
    return list(session.scalars(query.options(*options)).all())


def document_of(article: Article) -> Document:
    """The document of a published article, made from its rows."""
    assert article.content is not None, "only a published article is indexed"  # noqa: S101
    body = read_body(article.content.text, [heading["text"] for heading in article.content.contents])
    domain = article.domain.slug if article.domain else None
    context = context_of(article.exam.slug, article.slug, domain, [topic.slug for topic in article.topics])
    return compose(article.title, article.summary, context, body)
