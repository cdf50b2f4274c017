"""Exams, their domains and topics: what `exam.toml` says.

Rows of exams and topics are never deleted, because subscriptions point at them. `in_files` is false when the
files no longer have them; they get their ids back when the files do.
"""

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from carrel.db import Base
from carrel.languages import LONGEST

SLUG_LENGTH = 80


class Exam(Base):
    """A certification exam: one folder with an `exam.toml`."""

    __tablename__ = "exam"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(40))  # "CPB"
    title: Mapped[str] = mapped_column(String(200))  # "Certified Professional Biller"
    body: Mapped[str] = mapped_column(String(200))  # who certifies
    body_url: Mapped[str | None] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    disclaimer: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
    lang: Mapped[str | None] = mapped_column(String(LONGEST))  # without one, the site's
    pass_noun: Mapped[str | None] = mapped_column(String(80))
    pass_line: Mapped[str | None] = mapped_column(String(300))
    in_files: Mapped[bool] = mapped_column(default=True)
    acronyms: Mapped[dict[str, str] | None] = mapped_column(JSON)  # and what they stand for, for search

    domains: Mapped[list["Domain"]] = relationship(back_populates="exam", order_by="Domain.position")

    @property
    def url(self) -> str:
        """The path of its URL."""
        return f"/exams/{self.slug}/"


class Domain(Base):
    """A part of an exam's outline. `weight` (per cent) only with the `source` it was read in."""

    __tablename__ = "domain"
    __table_args__ = (
        UniqueConstraint("exam_id", "slug"),
        CheckConstraint("weight IS NULL OR source IS NOT NULL", name="weight_with_its_source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH))
    title: Mapped[str] = mapped_column(String(200))
    weight: Mapped[float | None]
    source: Mapped[str | None] = mapped_column(Text)
    position: Mapped[int]

    exam: Mapped[Exam] = relationship(back_populates="domains")

    @property
    def url(self) -> str:
        """The URL of its section on the exam's page."""
        return f"/exams/{self.exam.slug}/#page-{self.slug}"


class Topic(Base):
    """What an article is about. Exams share topics of the same slug."""

    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    in_files: Mapped[bool] = mapped_column(default=True)

    @property
    def url(self) -> str:
        """The path of its URL."""
        return f"/topics/{self.slug}/"
