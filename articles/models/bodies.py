"""Rendered bodies, with their links, images and keywords."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from carrel.db import Base


class ArticleBody(Base):
    """A rendered body. It is stored before its article points at it; one that no article points at can be deleted."""

    __tablename__ = "article_body"

    id: Mapped[int] = mapped_column(primary_key=True)
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # kind, html, words
    contents: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # id, text, level
    anchors: Mapped[list[str]] = mapped_column(JSON)  # ids that a link may point at
    text: Mapped[str] = mapped_column(Text)  # plain, for snippets
    markdown: Mapped[str] = mapped_column(Text)  # the body of the file

    @property
    def html(self) -> str:
        """The sanitized HTML of all blocks."""
        return "".join(block["html"] for block in self.blocks)


class BodyLink(Base):
    """A link from a body to another file, and the URL of that when the body was rendered."""

    __tablename__ = "body_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("article_body.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(Text)
    anchor: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    line: Mapped[int]


class BodyImage(Base):
    """An image file in a body, with its stat and digest when the body was rendered."""

    __tablename__ = "body_image"

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("article_body.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(Text)
    stat: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64))


class BodyKeyword(Base):
    """A keyword of a body with its weight; articles that share keywords are related."""

    __tablename__ = "body_keyword"
    __table_args__ = (Index("ix_body_keyword_word", "word", "body_id", "weight"),)

    body_id: Mapped[int] = mapped_column(ForeignKey("article_body.id", ondelete="CASCADE"), primary_key=True)
    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    weight: Mapped[float]
