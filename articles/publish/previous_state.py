"""What the database knows of the files from the last publication."""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from articles.build.built_article import BuiltLink
from articles.loading import file_io
from articles.models import Article, ArticleBody, BodyImage, BodyLink, Exam

_MANY = 500  # values in one IN (…)


class KnownArticle(NamedTuple):
    """A row of the library. `removed` ones are marked: their files went away."""

    id: int
    slug: str
    exam: str
    path: str
    stamp: str
    digest: str
    build: str
    aliases: str  # as JSON: nearly always none, and ten thousand take a while to read
    body_id: int | None

    @property
    def is_removed(self) -> bool:
        """Whether its file went away."""
        return self.body_id is None

    @property
    def old_slugs(self) -> list[str]:
        """Its aliases."""
        return json.loads(self.aliases) if self.aliases != "[]" else []

    @property
    def url(self) -> str:
        """The path of its page."""
        return f"/articles/{self.slug}/"

    def line_of(self, *_place: str | int) -> int:
        """Where its file says something: not remembered."""
        return 1


def known_articles(session: Session) -> list[KnownArticle]:
    """Every article the library has or had."""
    columns = (
        Article.id, Article.slug, Exam.slug, Article.path, Article.stat, Article.source_hash, Article.build_hash,
        cast(Article.aliases, Text), Article.body_id,
    )  # fmt: skip
    rows = session.connection().execute(select(*columns).join(Exam, Exam.id == Article.exam_id))
    return list(map(KnownArticle._make, rows))


def first_seen(session: Session, ids: Sequence[int]) -> dict[int, datetime | None]:
    """When these articles came or will come into sight."""
    query = select(Article.id, Article.first_visible_at)
    parts = [session.execute(query.where(Article.id.in_(some))) for some in in_parts(ids)]
    return {article_id: moment for rows in parts for article_id, moment in rows}


def with_changed_images(session: Session, root: Path, now_ns: int) -> set[str]:
    """The files whose images changed or went away."""
    columns = (Article.path, BodyImage.path, BodyImage.stat, BodyImage.digest)
    rows = session.execute(select(*columns).join(BodyImage, BodyImage.body_id == Article.body_id))
    return {path for path, image, stamp, digest in rows if not _is_same(root / image, stamp, digest, now_ns)}


def _is_same(path: Path, stamp: str, digest: str, now_ns: int) -> bool:
    try:
        return (stamp != "" and file_io.stamp_of(path, now_ns) == stamp) or file_io.digest_of(path) == digest
    except OSError:
        return False


def linking_to(session: Session, paths: Collection[str]) -> set[str]:
    """The files that have a link to one of `paths`."""
    return {path for path, _ in _links(session, paths)}


def links_into(session: Session, paths: Collection[str]) -> dict[str, tuple[BuiltLink, ...]]:
    """The links with an anchor into one of `paths`, by the file they stand in."""
    found: dict[str, tuple[BuiltLink, ...]] = {}
    for path, link in _links(session, paths):
        if link.anchor:
            found[path] = (*found.get(path, ()), BuiltLink(link.path, link.anchor, link.url, link.line))
    return found


def _links(session: Session, paths: Collection[str]) -> Iterator[tuple[str, BodyLink]]:
    query = select(Article.path, BodyLink).join(Article, BodyLink.body_id == Article.body_id)
    for some in in_parts(sorted(paths)):
        yield from session.execute(query.where(BodyLink.path.in_(some)))


def anchors_of(session: Session, paths: Collection[str]) -> dict[str, list[str]]:
    """The anchors of the texts of these files."""
    query = select(Article.path, ArticleBody.anchors).join(ArticleBody, ArticleBody.id == Article.body_id)
    parts = [session.execute(query.where(Article.path.in_(some))) for some in in_parts(sorted(paths))]
    return {path: anchors for rows in parts for path, anchors in rows}


def in_parts(values: Sequence[Any], size: int = _MANY) -> Iterator[Sequence[Any]]:
    """A long list in pieces that fit into one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
