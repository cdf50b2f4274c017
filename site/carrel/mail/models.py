"""The tables of mail: the outbox, who must not be mailed, and alarms for the operator."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from carrel.db import Base, UtcDateTime
from carrel.mail import queue


class OutboxState(StrEnum):
    """Uncertain: the connection or the worker ended while the mail was being handed over."""

    QUEUED = queue.QUEUED
    LEASED = queue.LEASED
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    UNCERTAIN = queue.UNCERTAIN


class SuppressionKind(StrEnum):
    """Why an address must not be mailed."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    NEWSLETTER = "newsletter"  # left for good, or erased
    BY_HAND = "by_hand"


def one_of(column: str, values: type[StrEnum]) -> str:
    """The condition that a column holds one of the values, for a CHECK."""
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


class OutboxMail(queue.QueueColumns, Base):
    """One transactional mail, queued in the transaction of its cause."""

    __tablename__ = "outbox_mail"
    __table_args__ = (
        CheckConstraint(one_of("state", OutboxState), name="state"),
        CheckConstraint("pace IN ('asked', 'usual')", name="pace"),
        CheckConstraint("state <> 'claimed' OR owner IS NOT NULL", name="claimed_by_somebody"),
        Index("ix_outbox_mail_due", "state", "pace", "due_at"),
    )

    key: Mapped[str] = mapped_column(String(120), unique=True)  # from stable ids: the same cause, one mail
    name: Mapped[str] = mapped_column(String(80))
    priority: Mapped[str] = mapped_column("pace", String(10))
    private: Mapped[bool]  # contains a token: text and address are wiped when it ends
    to_address: Mapped[str] = mapped_column(String(254))  # the wire form
    to_key: Mapped[str] = mapped_column(String(254), index=True)
    subject: Mapped[str] = mapped_column(String(255))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    state: Mapped[str] = mapped_column(String(10), default=OutboxState.QUEUED)
    owner: Mapped[str | None] = mapped_column(String(43))
    handing_over: Mapped[bool] = mapped_column(default=False)  # from here on it may have left us
    held_up: Mapped[bool] = mapped_column(default=False)  # the mail server cannot be used
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class Suppression(Base):
    """An address that must not be mailed, known only by its HMAC, so that it survives erasure."""

    __tablename__ = "suppression"
    __table_args__ = (CheckConstraint(one_of("kind", SuppressionKind), name="kind"),)

    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(300), default="")


class Alarm(Base):
    """Something the operator must know: one open row per key, however often it is raised."""

    __tablename__ = "alarm"
    __table_args__ = (
        Index(
            "uq_alarm_open_key",
            "key",
            unique=True,
            sqlite_where=text("acknowledged_at IS NULL"),
            postgresql_where=text("acknowledged_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by: Mapped[str | None] = mapped_column(String(254))


class MailHold(Base):
    """All mail is held since a backup was restored: what went out after the backup must not go out again.

    One row at most, deleted when the operator lets the mail go on.
    """

    __tablename__ = "mail_hold"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    backup_made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reconciled_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # until then any mail may be a second one
