"""Queries for the state that the last publication left in the database."""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from articles.build.built_article import BuiltImage, BuiltLink
from articles.models import Article, ArticleBody, BodyImage, BodyLink, Exam

_BATCH = 500  # values in one IN (…)


class PreviousArticle(NamedTuple):
    """A row of the library. Without a body it is marked as removed."""

    id: int
    slug: str
    exam: str
    path: str
    stat: str
    digest: str
    build_hash: str
    aliases_json: (
        str  # parsed only when needed, parsed only when needed, as parsing ten thousand takes a while
    )
    body_id: int | None
    title: str = ""

    @property
    def is_removed(self) -> bool:
        """Whether its file was deleted."""
        return self.body_id is None

    @property
    def aliases(self) -> list[str]:
        """Its old slugs and old paths."""
        return json.loads(self.aliases_json) if self.aliases_json != "[]" else []

    @property
    def url(self) -> str:
        """The path of its URL."""
        return f"/articles/{self.slug}/"

    def line_of(self, *_place: str | int) -> int:
        """The first line: the database does not have the lines of fields."""
        return 1


def previous_articles(session: Session) -> list[PreviousArticle]:
    """Every article that the library has or had."""
    columns = (
        Article.id, Article.slug, Exam.slug, Article.path, Article.stat, Article.source_hash, Article.build_hash,
        cast(Article.aliases, Text), Article.body_id, Article.title,
    )  # fmt: skip
    rows = session.connection().execute(select(*columns).join(Exam, Exam.id == Article.exam_id))
    return list(map(PreviousArticle._make, rows))


def first_visible_times(session: Session, ids: Sequence[int]) -> dict[int, datetime | None]:
    """When each of these articles was or will be first visible."""
    query = select(Article.id, Article.first_visible_at)
    batches = [session.execute(query.where(Article.id.in_(batch))) for batch in batched(ids)]
    return {article_id: moment for rows in batches for article_id, moment in rows}


def images_in_use(session: Session) -> Iterator[tuple[str, BuiltImage]]:
    """The images of all articles, each with the path of the article."""
    columns = (Article.path, BodyImage.path, BodyImage.stat, BodyImage.digest)
    rows = session.execute(select(*columns).join(BodyImage, BodyImage.body_id == Article.body_id))
    return ((article, BuiltImage(path, stat, digest)) for article, path, stat, digest in rows)


def links_to(session: Session, paths: Collection[str]) -> Iterator[tuple[str, BuiltLink]]:
    """The links that lead to one of `paths`, each with the path of the article that has it."""
    columns = (Article.path, BodyLink.path, BodyLink.anchor, BodyLink.url, BodyLink.line)
    query = select(*columns).join(BodyLink, BodyLink.body_id == Article.body_id)
    for batch in batched(sorted(paths)):
        for article, path, anchor, url, line in session.execute(query.where(BodyLink.path.in_(batch))):
            yield article, BuiltLink(path, anchor, url, line)


def anchors_of(session: Session, paths: Collection[str]) -> dict[str, list[str]]:
    """The anchors of these articles, by path."""
    query = select(Article.path, ArticleBody.anchors).join(ArticleBody, ArticleBody.id == Article.body_id)
    batches = [session.execute(query.where(Article.path.in_(batch))) for batch in batched(sorted(paths))]
    return {path: anchors for rows in batches for path, anchors in rows}


def batched(values: Sequence[Any], size: int = _BATCH) -> Iterator[Sequence[Any]]:
    """A long list in batches that fit into one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
