"""Who subscribes, to what and how often, and the evidence that they asked for it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from articles.models import Exam, Topic
from carrel.db import Base, UtcDateTime
from carrel.mail.models import one_of


class SubscriberState(StrEnum):
    """A pending subscriber gets nothing but the question whether it was they who signed up."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    LEFT = "left"


class Frequency(StrEnum):
    """How often a subscriber hears from us."""

    EACH = "each"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class SignUpMethod(StrEnum):
    """How an address came to be subscribed."""

    MAIL = "mail"  # asked on a page, confirmed by the link in a mail
    ACCOUNT = "account"  # asked by a reader who had just proven the address
    IMPORT = "import"  # consented elsewhere, says the operator or their file


class Subscriber(Base):
    """An address that gets the digest, left, or has not confirmed yet.

    `email` is as typed, `email_key` makes it unique, `address_hash` is the HMAC under which suppression
    knows it and from which its links are made. Between pauses `paused_until` is empty or past.
    A pause holds mails back; what is new meanwhile waits.
    """

    __tablename__ = "subscriber"
    __table_args__ = (
        CheckConstraint(one_of("state", SubscriberState), name="state"),
        CheckConstraint(one_of("pace", Frequency), name="pace"),
        CheckConstraint("state <> 'confirmed' OR confirmed_at IS NOT NULL", name="confirmed_with_time"),
        CheckConstraint("(state = 'left') = (left_at IS NOT NULL)", name="left_with_time"),
        Index("ix_subscriber_due", "state", "pace"),
        {"sqlite_autoincrement": True},  # keys of mails are made of ids: none may come twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=SubscriberState.PENDING)
    frequency: Mapped[str] = mapped_column("pace", String(10), default=Frequency.WEEKLY)
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    subscriptions: Mapped[list["Subscription"]] = relationship(
        back_populates="subscriber",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="Subscription.id",
    )


class Subscription(Base):
    """One exam or one topic that a subscriber wants to hear about, from `since` on."""

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("(exam_id IS NULL) <> (topic_id IS NULL)", name="exam_or_topic"),
        UniqueConstraint("subscriber_id", "exam_id"),
        UniqueConstraint("subscriber_id", "topic_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"))
    exam_id: Mapped[int | None] = mapped_column(ForeignKey("exam.id"), index=True)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"), index=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)

    subscriber: Mapped[Subscriber] = relationship(back_populates="subscriptions")
    exam: Mapped[Exam | None] = relationship()
    topic: Mapped[Topic | None] = relationship()


class SignUp(Base):
    """What somebody asked for, and the evidence (GDPR 7(1)): when, from where, to which text, and how.

    It takes effect when it is confirmed; until then it changes nothing. `token_hash` is of the link
    in the mail, `browser_hash` of the cookie of the browser that asked. Network addresses are truncated
    to /24 or /48.
    """

    __tablename__ = "sign_up"
    __table_args__ = (
        CheckConstraint(one_of("how", SignUpMethod), name="how"),
        CheckConstraint(one_of("pace", Frequency), name="pace"),
        CheckConstraint("how = 'mail' OR confirmed_at IS NOT NULL", name="only_mail_waits"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), index=True)
    method: Mapped[str] = mapped_column("how", String(10))
    text_version: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(80))
    # How we know that they agreed, in an operator's words; empty for those who signed up here themselves.
    evidence: Mapped[str] = mapped_column(String(300), default="", server_default="")
    frequency: Mapped[str] = mapped_column("pace", String(10))
    exams: Mapped[list[int]] = mapped_column(JSON)
    topics: Mapped[list[int]] = mapped_column(JSON)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    asked_from: Mapped[str] = mapped_column(String(45), default="")
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_from: Mapped[str] = mapped_column(String(45), default="")
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    browser_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))

    subscriber: Mapped[Subscriber] = relationship()


class SignUpMailCount(Base):
    """How many mails an address got because somebody typed it into the form. Known by its HMAC alone, so that
    forgetting a pending subscriber does not start the count again (MAIL-12)."""

    __tablename__ = "asked"
    __table_args__ = (CheckConstraint("times >= 1", name="times"),)

    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    count: Mapped[int] = mapped_column("times")
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
