"""What readers say is wrong with an item. Nothing in it tells who said it."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from articles.models.items import REVISION_LENGTH
from carrel.db import Base, UtcDateTime

WORDS_LENGTH = 1000


class StudyReport(Base):
    """One report on an item, about its text at one revision; open until an operator closes it."""

    __tablename__ = "study_report"
    __table_args__ = (
        ForeignKeyConstraint(["item_id", "revision"], ["study_text.item_id", "study_text.revision"]),
        Index("ix_study_report_item_id_closed_at", "item_id", "closed_at"),
        Index("ix_study_report_closed_at_created_at", "closed_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("study_item.id"))
    revision: Mapped[str] = mapped_column(String(REVISION_LENGTH))  # of the text that was read
    words: Mapped[str] = mapped_column(String(WORDS_LENGTH))  # "" when nothing was written
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
