"""Articles, their topics, and redirects from their old slugs."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from articles.models.bodies import ArticleBody
from articles.models.exams import SLUG_LENGTH, Domain, Exam, Topic
from carrel.db import Base, UtcDateTime
from carrel.languages import LONGEST


class Article(Base):
    """An article: its front matter, and the state of its file at the last publication. The text is in `ArticleBody`.

    Rows are never deleted, because deliveries point at them: a removed article is marked, and comes back
    under the same id when its file does.
    `first_visible_at` is when the article first was or will be visible; in the past it never changes.
    `modified_at` is when a changed text was published; a first publication does not count as a change.
    """

    __tablename__ = "article"
    __table_args__ = (
        CheckConstraint("(reviewer IS NULL) = (reviewed IS NULL)", name="reviewer_with_date"),
        CheckConstraint("(body_id IS NULL) = (removed_at IS NOT NULL)", name="body_unless_removed"),
        CheckConstraint("expires IS NULL OR published IS NULL OR expires > published", name="expires_later"),
        CheckConstraint("title <> '' AND summary <> ''", name="title_and_summary"),
        CheckConstraint("reading_minutes >= 1", name="minutes"),
        Index("ix_article_shelf", "exam_id", "position", "slug"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH), unique=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    domain_id: Mapped[int | None] = mapped_column(ForeignKey("domain.id", ondelete="SET NULL"))
    body_id: Mapped[int | None] = mapped_column(ForeignKey("article_body.id"), unique=True)

    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500))
    lang: Mapped[str | None] = mapped_column(String(LONGEST))  # without one, the exam's
    author: Mapped[str] = mapped_column(String(120), index=True)
    reviewer: Mapped[str | None] = mapped_column(String(120), index=True)
    reviewed: Mapped[date | None]
    updated: Mapped[date | None]
    published: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    expires: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    draft: Mapped[bool]
    ads: Mapped[bool]
    newsletter: Mapped[bool] = mapped_column(server_default=true())  # whether a digest may bring it
    position: Mapped[int | None]
    sources: Mapped[list[dict[str, str | None]]] = mapped_column(JSON)
    changes: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    aliases: Mapped[list[str]] = mapped_column(JSON)
    image: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # url, width, height, srcset, alt, shown
    series: Mapped[str | None] = mapped_column(String(120))
    series_slug: Mapped[str | None] = mapped_column(String(SLUG_LENGTH), index=True)
    part: Mapped[int | None]
    related: Mapped[list[str] | None] = mapped_column(JSON)  # slugs of the author's choice
    words: Mapped[int]
    reading_minutes: Mapped[int]

    path: Mapped[str] = mapped_column(Text)  # of the file, from the content folder
    stat: Mapped[str] = mapped_column(String(80))  # of the file, see `loading.file_io.stat_of`
    source_hash: Mapped[str] = mapped_column(String(64))
    build_hash: Mapped[str] = mapped_column(String(64))  # renderer and exam.toml

    preview_version: Mapped[int] = mapped_column(
        server_default="0"
    )  # it rises: links made before are revoked

    first_visible_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    modified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    exam: Mapped[Exam] = relationship()
    domain: Mapped[Domain | None] = relationship()
    content: Mapped[ArticleBody | None] = relationship()
    topics: Mapped[list[Topic]] = relationship(secondary="article_topic", order_by="ArticleTopic.position")

    @property
    def url(self) -> str:
        """The path of its URL."""
        return article_url(self.slug)

    @property
    def markdown_url(self) -> str:
        """The path of its Markdown version."""
        return f"/articles/{self.slug}.md"

    @property
    def language(self) -> str | None:
        """The language of its words: its own or its exam's; None for the site's."""
        return self.lang or self.exam.lang

    @property
    def published_at(self) -> datetime | None:
        """The date that readers see: the author's, or else when it was first visible."""
        return self.published or self.first_visible_at

    @property
    def lastmod(self) -> datetime | None:
        """When it last changed for readers, for sitemap and JSON-LD: never later than the truth."""
        return latest(self.published_at, self.modified_at, self.updated)


def article_url(slug: str) -> str:
    """The path of the article's URL."""
    return f"/articles/{slug}/"


def latest(shown: datetime | None, modified: datetime | None, updated: date | None) -> datetime | None:
    """The latest of these; a day counts from its first moment."""
    day = datetime.combine(updated, datetime.min.time(), UTC) if updated else None
    return max((moment for moment in (shown, modified, day) if moment), default=None)


class ArticleTopic(Base):
    """A topic of an article, in the author's order."""

    __tablename__ = "article_topic"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), primary_key=True, index=True)
    position: Mapped[int]


class Redirect(Base):
    """An old slug and its article. It points at a row and not at a slug, so redirects never chain."""

    __tablename__ = "redirect"

    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)


class OldPath(Base):
    """A path that an article had before, also under another program; see `web_address.normalize_path`."""

    __tablename__ = "old_path"

    path: Mapped[str] = mapped_column(String(500), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
