"""What is published, asked of the database."""

from collections.abc import Callable
from datetime import UTC, datetime

from articles import queries
from articles.models import Article
from articles.publish import PublishReport
from carrel import clock
from carrel.db import Database
from carrel.page_cache import current_cache_version

Publish = Callable[..., PublishReport]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def slugs(db: Database, now: datetime | None = None) -> set[str]:
    with db.read() as session:
        return {article.slug for article in queries.newest(session, now or clock.now(), 100)}


def address(db: Database, slug: str) -> object:
    with db.read() as session:
        return queries.find_article(session, slug, clock.now())


def article(db: Database, slug: str) -> Article:
    found = address(db, slug)
    assert isinstance(found, Article)
    return found


def epoch(db: Database) -> int:
    with db.read() as session:
        return current_cache_version(session)
