"""Items to study with. Rows are never deleted: what readers did is kept under an item's id."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from articles.items import KEY_LENGTH, KINDS
from carrel.db import Base

REVISION_LENGTH = 32
OBJECTIVE_LENGTH = 161  # two slugs and a dot


class StudyItem(Base):
    """An item by the id that its author wrote. It may move to another article of its exam, and keeps its row."""

    __tablename__ = "study_item"
    __table_args__ = (
        UniqueConstraint("exam_id", "key"),
        CheckConstraint(f"kind IN ({', '.join(map(repr, KINDS))})", name="kind"),
        CheckConstraint("meaning > 0", name="meaning"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    kind: Mapped[str] = mapped_column(String(10))
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)  # the last that had it
    position: Mapped[int]  # in its article
    case_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH))  # of the case that it belongs to
    objective: Mapped[str | None] = mapped_column(String(OBJECTIVE_LENGTH))
    level: Mapped[str | None] = mapped_column(String(10))
    revision: Mapped[str] = mapped_column(String(REVISION_LENGTH))  # of its text now
    meaning: Mapped[int]  # it rises when an answer given before no longer says anything
    meaning_by_hand: Mapped[int]  # what the author wrote; it adds to that
    retired: Mapped[bool] = mapped_column(default=False)


class StudyText(Base):
    """An item's text at one revision. The table only grows: answers are kept with the revision that they were given to."""

    __tablename__ = "study_text"

    item_id: Mapped[int] = mapped_column(ForeignKey("study_item.id"), primary_key=True)
    revision: Mapped[str] = mapped_column(String(REVISION_LENGTH), primary_key=True)
    prompt: Mapped[str] = mapped_column(Text)
    hint: Mapped[str] = mapped_column(Text)
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # html, right, why; and text, plain
    answer: Mapped[str] = mapped_column(Text)
    answer_text: Mapped[str] = mapped_column(Text)  # plain, to see later whether it means the same
    source: Mapped[str] = mapped_column(Text)
