"""Gifts: a pass bought for somebody else, or given away by an operator, that waits for whoever has its code."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from carrel.db import Base, UtcDateTime


class Gift(Base):
    """A gift, from the order of its buyer (`order_id`) or from an operator (`actor` and `reason`).

    The code itself is not stored: `codes` derives it from `code_nonce` and the site's keys, and recognizes it by
    its hash. The words and the recipient are erased when they have served (`payments.retention`).
    """

    __tablename__ = "pass_gift"
    __table_args__ = (
        CheckConstraint("(order_id IS NULL) = (actor <> '')", name="bought_or_granted"),
        CheckConstraint("(actor <> '') = (reason <> '')", name="answered_for"),
        CheckConstraint("(recipient IS NULL) = (recipient_key IS NULL)", name="recipient_with_its_key"),
        CheckConstraint("revoked_at IS NULL OR order_id IS NULL", name="revoked"),
        CheckConstraint("sent_count >= 0", name="sent_count"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("pass_order.id", ondelete="CASCADE"), unique=True)
    code_nonce: Mapped[bytes] = mapped_column(LargeBinary(16))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    giver: Mapped[str] = mapped_column(String(60), default="")  # as the buyer wants to be called
    message: Mapped[str] = mapped_column(String(300), default="")
    recipient: Mapped[str | None] = mapped_column(String(254))  # the address, as typed
    recipient_key: Mapped[str | None] = mapped_column(String(254), index=True)
    send_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)  # when to mail the recipient
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_count: Mapped[int] = mapped_column(default=0)
    actor: Mapped[str] = mapped_column(String(254), default="")
    reason: Mapped[str] = mapped_column(String(500), default="")
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by an operator, before it was redeemed
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class GiftRedemption(Base):
    """Who redeemed a gift, and the grant in the ledger that they hold by it. Only a merge changes the reader."""

    __tablename__ = "gift_redemption"

    gift_id: Mapped[int] = mapped_column(ForeignKey("pass_gift.id"), primary_key=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("pass_grant.id"), unique=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"), index=True)
    redeemed_at: Mapped[datetime] = mapped_column(UtcDateTime)
