"""Texts that operators write, each for one issue."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from carrel.db import Base, UtcDateTime


class IssueText(Base):
    """The subject and the introduction of an issue, or a broadcast: an issue of nothing but such a text.

    A broadcast is a draft until it is sent; only then it gets its issue. It goes to subscribers of the `frequencies`
    and, if any exams or topics are named (by id), only to those who subscribe to one of them. `html` is as mails and
    the archive show it. `version` rises with every change, so that nobody overwrites what they have not seen.
    """

    __tablename__ = "issue_text"
    __table_args__ = (
        CheckConstraint("is_broadcast OR issue_id IS NOT NULL", name="of_an_issue"),
        CheckConstraint("version >= 1", name="version"),
        {"sqlite_autoincrement": True},  # issues are named after their broadcasts: no id may come twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id", ondelete="CASCADE"), unique=True)
    is_broadcast: Mapped[bool] = mapped_column(default=False)
    subject: Mapped[str] = mapped_column(String(200), default="")
    markdown: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    frequencies: Mapped[list[str]] = mapped_column("paces", JSON, default=list)
    exams: Mapped[list[int]] = mapped_column(JSON, default=list)
    topics: Mapped[list[int]] = mapped_column(JSON, default=list)
    version: Mapped[int] = mapped_column(default=1)
    edited_by: Mapped[str] = mapped_column(String(254))
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
