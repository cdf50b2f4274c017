"""Issues of the newsletter, the mails that they bring, and one delivery for each recipient.

What is unique keeps a reader from getting anything twice: one issue for a frequency and period, one
delivery for an issue and subscriber, one row for a subscriber and article.

Recipients are part of an issue (they are frozen with it), so their table is here; sending them is
`newsletter.delivery`'s work.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from carrel.db import Base, UtcDateTime
from carrel.mail import queue
from carrel.mail.models import one_of
from newsletter.subscribers.models import Frequency

BROADCAST = "broadcast:"  # a broadcast's period begins with it; the id of its text follows
NO_ARTICLES = "0"  # of a broadcast's mails: no article has this id


class IssueState(StrEnum):
    """A draft is being given its recipients; a frozen issue has them all, and its mails are composed."""

    DRAFT = "draft"
    FROZEN = "frozen"
    WAITING = "waiting"  # for the operator
    SENDING = "sending"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"


class DeliveryState(StrEnum):
    """Uncertain: the connection or the worker ended while the mail was being handed over."""

    QUEUED = queue.QUEUED
    LEASED = queue.LEASED
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"  # we hold it back: a suppressed address, an article taken back
    UNSUBSCRIBED = "unsubscribed"  # left, paused or was erased since the issue was frozen
    UNCERTAIN = queue.UNCERTAIN


class ScheduleCursor(Base):
    """When the last issue of a frequency was due, and from which moment on articles are new to it.

    After a clock jumped back, its periods are behind the cursor (MF-30).
    """

    __tablename__ = "pace_mark"
    __table_args__ = (CheckConstraint(one_of("pace", Frequency), name="pace"),)

    frequency: Mapped[str] = mapped_column("pace", String(10), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # What appeared until then never comes: it is older than the first issue, or a restore counted it as mailed.
    floor_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Issue(Base):
    """One issue of the digest, or a broadcast.

    `period` is unique within its frequency: "2026-11-14", "2026-W46", "2026-11", or the name of what appeared. A
    broadcast counts as one of the frequency "each", whomever it goes to.
    `frozen_through` is the last subscriber looked at while recipients are gathered. `reason` says why it
    waits for the operator. `batches` counts batches of sending, as the sent log does. `rolled_up_at` is when the last
    of its deliveries became a part of its totals.
    """

    __tablename__ = "issue"
    __table_args__ = (
        UniqueConstraint("pace", "period"),
        CheckConstraint(one_of("pace", Frequency), name="pace"),
        CheckConstraint(one_of("state", IssueState), name="state"),
        CheckConstraint("state IN ('draft', 'stopped') OR frozen_at IS NOT NULL", name="frozen_with_time"),
        CheckConstraint(
            "state NOT IN ('sending', 'paused') OR (started_at IS NOT NULL AND send_until IS NOT NULL)",
            name="started",
        ),
        CheckConstraint("(state IN ('finished', 'stopped')) = (finished_at IS NOT NULL)", name="finished"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    frequency: Mapped[str] = mapped_column("pace", String(10))
    period: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(10), default=IssueState.DRAFT)
    reason: Mapped[str] = mapped_column(String(300), default="")
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    frozen_through: Mapped[int] = mapped_column(default=0)
    recipients: Mapped[int] = mapped_column(default=0)
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[str | None] = mapped_column(String(254))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    send_until: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # so long mails are tried again (MAIL-05)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    batches: Mapped[int] = mapped_column("slices", default=0)
    rolled_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @hybrid_property
    def is_broadcast(self) -> bool:
        """Whether it brings an operator's text instead of articles."""
        return self.period.startswith(BROADCAST)


class IssueArticle(Base):
    """An article that an issue may bring, with its text as it was when the issue was frozen.

    `is_trigger`: the issue was made because this one appeared (frequency "each"). Mails show them by `position`, then
    by id.
    """

    __tablename__ = "issue_article"

    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True, index=True)
    is_trigger: Mapped[bool] = mapped_column("is_occasion", default=False)
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    snapshot: Mapped[dict[str, Any] | None] = mapped_column("piece", JSON)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MailVariant(Base):
    """The mail of all who get the same articles, with or without ads: composed once.

    `articles` are their ids, ascending, with commas between; of a broadcast `NO_ARTICLES`. `rolled_up` is how many of its
    deliveries are in the issue's totals by now.
    """

    __tablename__ = "rendering"
    __table_args__ = (
        UniqueConstraint("issue_id", "edition", "articles"),
        CheckConstraint("edition IN ('guest', 'pass')", name="edition"),
        CheckConstraint("articles <> ''", name="articles"),
        CheckConstraint(
            "(html IS NULL) = (text IS NULL) AND (html IS NULL) = (subject IS NULL)", name="whole"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id", ondelete="CASCADE"))
    audience: Mapped[str] = mapped_column("edition", String(10))
    articles: Mapped[str] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(String(255))
    text: Mapped[str | None] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    rolled_up: Mapped[int] = mapped_column(default=0, server_default="0")

    @property
    def article_ids(self) -> list[int]:
        """The articles that it brings."""
        return (
            []
            if self.articles == NO_ARTICLES
            else [int(article_id) for article_id in self.articles.split(",")]
        )


class Delivery(queue.QueueColumns, Base):
    """One recipient's mail of one issue.

    `begun_at` is committed before the mail server hears of DATA: only
    from then on the mail may have left us.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "issue_id"),
        CheckConstraint(one_of("state", DeliveryState), name="state"),
        CheckConstraint(
            "state <> 'claimed' OR (owner IS NOT NULL AND lease_until IS NOT NULL)", name="claimed"
        ),
        CheckConstraint("(state IN ('queued', 'claimed')) = (ended_at IS NULL)", name="ended_with_time"),
        CheckConstraint("state NOT IN ('sent', 'uncertain') OR begun_at IS NOT NULL", name="begun"),
        CheckConstraint("state <> 'queued' OR begun_at IS NULL", name="not_begun"),
        Index("ix_delivery_state", "issue_id", "state", "due_at"),
        {"sqlite_autoincrement": True},  # Message-IDs are made of ids: none may come twice
    )

    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    # Empty after an erasure: the accounts must still add up.
    subscriber_id: Mapped[int | None] = mapped_column(ForeignKey("subscriber.id", ondelete="SET NULL"))
    variant_id: Mapped[int] = mapped_column("rendering_id", ForeignKey("rendering.id"))
    state: Mapped[str] = mapped_column(String(12), default=DeliveryState.QUEUED)
    owner: Mapped[str | None] = mapped_column(String(80))
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DeliveryTotal(Base):
    """How many deliveries of an issue ended in a state and are rows no longer: see `newsletter.roll_up`."""

    __tablename__ = "delivery_total"
    __table_args__ = (
        CheckConstraint(one_of("state", DeliveryState), name="state"),
        CheckConstraint("state NOT IN ('queued', 'claimed')", name="ended"),
        CheckConstraint("deliveries > 0", name="deliveries"),
    )

    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(12), primary_key=True)
    deliveries: Mapped[int]


class DeliveredArticle(Base):
    """No reader gets an article twice, whatever exams and topics overlap.

    The row is made when the issue is frozen. A delivery that was not sent gives it back, an uncertain one
    keeps it. It goes when its delivery is rolled up: then the article is below the floor of every frequency.
    """

    __tablename__ = "delivered_article"
    __table_args__ = ({"sqlite_with_rowid": False},)

    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    )
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
