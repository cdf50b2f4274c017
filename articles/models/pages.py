"""Plain pages."""

from datetime import date, datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from articles.models.exams import SLUG_LENGTH
from carrel.db import Base, UtcDateTime


class PlainPage(Base):
    """About, contact, privacy or terms."""

    __tablename__ = "plain_page"

    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str | None] = mapped_column(String(500))
    html: Mapped[str] = mapped_column(Text)
    updated: Mapped[date | None]
    modified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def url(self) -> str:
        """The path of its URL."""
        return f"/{self.slug}/"
