"""A reader, the browsers that are signed in as them, what waits for a proof, and counters against floods."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from carrel.db import Base, UtcDateTime


class Reader(Base):
    """Somebody who bought or signed in. Anonymous until an address is proven (decision 1).

    `email` is as typed; `email_key` is what makes it unique (NFC, lower case, IDNA domain).
    `ad_free` is a projection of the ledger: only `payments` writes it. A row is never deleted, as the
    ledger points at it: erased or merged, it only loses everything that is somebody's.
    """

    __tablename__ = "reader"
    __table_args__ = (
        CheckConstraint("(email IS NULL) = (email_key IS NULL)", name="email_with_its_key"),
        CheckConstraint(
            "email IS NULL OR (erased_at IS NULL AND merged_into_id IS NULL)", name="gone_has_no_email"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    ad_free: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("reader.id"))

    sessions: Mapped[list["ReaderSession"]] = relationship(back_populates="reader")


class ReaderSession(Base):
    """One browser that is signed in. The cookie's token is stored hashed (SHA-256)."""

    __tablename__ = "reader_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    browser: Mapped[str] = mapped_column(String(60), default="")  # "Firefox on Linux", for the list
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    proven_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when the address was last proven here

    reader: Mapped[Reader] = relationship(back_populates="sessions")


class LinkPurpose(StrEnum):
    """What a mailed link is for. It is good for nothing else."""

    SIGN_IN = "sign_in"
    NEW_ADDRESS = "new_address"


class MailedLink(Base):
    """A link (and for signing in a code) that was mailed to an address: once, for ten minutes."""

    __tablename__ = "mailed_link"
    __table_args__ = (
        CheckConstraint("purpose IN ('sign_in', 'new_address')", name="purpose"),
        CheckConstraint(
            "(purpose = 'new_address') = (reader_id IS NOT NULL)", name="new_address_of_a_reader"
        ),
        Index("ix_mailed_link_open", "email_key", "purpose", "used_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(12))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    reader_id: Mapped[int | None] = mapped_column(ForeignKey("reader.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    # For signing in: of the secret that the asking browser holds, and of that secret with the code. A thief
    # of this table cannot try out the 8 digits without the secret.
    browser_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    tries: Mapped[int] = mapped_column(default=0)
    next_path: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # consumed, or made void by a newer one


class AddressChange(Base):
    """A change of address that its old address may take back for 72 hours."""

    __tablename__ = "address_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"), index=True)
    old_email: Mapped[str] = mapped_column(String(254))
    old_key: Mapped[str] = mapped_column(String(254), index=True)
    undo_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undo_until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class LimitHits(Base):
    """When something that is limited happened, per key; the key is stored as an HMAC."""

    __tablename__ = "limit_hits"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    hits: Mapped[list[float]] = mapped_column(JSON)  # seconds since 1970
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
