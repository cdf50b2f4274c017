"""The private feed of a reader."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from carrel.db import Base, UtcDateTime


class PrivateFeed(Base):
    """A reader's feed without ads. Its URL contains the signed `nonce`: a new one revokes the old URL."""

    __tablename__ = "private_feed"

    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id", ondelete="CASCADE"), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(43), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
