"""Authors with a page of their own."""

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from articles.models.exams import SLUG_LENGTH
from carrel.db import Base


class Author(Base):
    """An author of `authors.toml`; articles have the name."""

    __tablename__ = "author"

    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    credentials: Mapped[str] = mapped_column(String(120))  # "CPC, CPB"; may be empty
    bio: Mapped[str] = mapped_column(Text)
    links: Mapped[list[str]] = mapped_column(JSON)

    @property
    def url(self) -> str:
        """The path of its URL."""
        return f"/authors/{self.slug}/"
