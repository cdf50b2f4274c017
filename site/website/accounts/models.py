"""A reader, and the browsers that are signed in as them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from website.db import Base, UtcDateTime


class Reader(Base):
    """Somebody who bought or signed in. Anonymous until an address is proven (decision 1).

    `email` is as typed; `email_key` is what makes it unique (NFC, lower case, IDNA domain).
    `ad_free` is a projection of the ledger: only `payments` writes it.
    """

    __tablename__ = "reader"
    __table_args__ = (CheckConstraint("(email IS NULL) = (email_key IS NULL)", name="email_with_its_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    ad_free: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    sessions: Mapped[list["ReaderSession"]] = relationship(back_populates="reader")


class ReaderSession(Base):
    """One browser that is signed in. The cookie's token is stored hashed (SHA-256)."""

    __tablename__ = "reader_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    browser: Mapped[str] = mapped_column(
        String(60), default=""
    )  # "Firefox on Linux": for the list of sessions
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proven_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when the address was last proven here

    reader: Mapped[Reader] = relationship(back_populates="sessions")
