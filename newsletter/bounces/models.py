"""Bounces and complaints, each kept once."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from carrel.db import Base, UtcDateTime
from carrel.mail.models import one_of


class BounceKind(StrEnum):
    """Hard: the mailbox does not exist. Soft: not this time. Complaint: the reader called the mail spam."""

    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"


class Bounce(Base):
    """One report about one recipient's mail.

    `key` names the report where it came from, so that a second copy of it is no second report. The address is known
    by its HMAC, as suppression knows it. Without `delivery_id` the mail was no digest, or none that we still know.
    """

    __tablename__ = "bounce"
    __table_args__ = (
        CheckConstraint(one_of("kind", BounceKind), name="kind"),
        Index("ix_bounce_issue_id", "issue_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(20))
    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    delivery_id: Mapped[int | None] = mapped_column(
        ForeignKey("delivery.id", ondelete="SET NULL"), index=True
    )
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(300), default="")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
