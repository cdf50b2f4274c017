"""Rendered texts, and what they point at."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from carrel.db import Base


class ArticleBody(Base):
    """A rendered text. It is written before the library switches to it; without an article it is waste."""

    __tablename__ = "article_body"

    id: Mapped[int] = mapped_column(primary_key=True)
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # kind, html, words
    contents: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # id, text, level
    anchors: Mapped[list[str]] = mapped_column(JSON)  # every id that a link may point at
    text: Mapped[str] = mapped_column(Text)  # plain, for snippets
    markdown: Mapped[str] = mapped_column(Text)  # the body of the file

    @property
    def html(self) -> str:
        """The whole text, sanitised."""
        return "".join(block["html"] for block in self.blocks)


class BodyLink(Base):
    """A link from a text to another file, and the address it had when the text was rendered."""

    __tablename__ = "body_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("article_body.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(Text)
    anchor: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    line: Mapped[int]


class BodyImage(Base):
    """An image file that a text shows, as it was when the text was rendered."""

    __tablename__ = "body_image"

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("article_body.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(Text)
    stat: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64))


class BodyKeyword(Base):
    """A word that marks a text, with its weight: articles that share such words are related."""

    __tablename__ = "body_keyword"
    __table_args__ = (Index("ix_body_keyword_word", "word", "body_id", "weight"),)

    body_id: Mapped[int] = mapped_column(ForeignKey("article_body.id", ondelete="CASCADE"), primary_key=True)
    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    weight: Mapped[float]
