"""Imports of subscribers, and their lines in batches: each batch is one transaction, and is done once."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from carrel.db import Base, UtcDateTime
from carrel.mail.models import one_of


class ImportState(StrEnum):
    """A checked import waits for the operator's word."""

    CHECKED = "checked"
    RUNNING = "running"
    FINISHED = "finished"


class SubscriberImport(Base):
    """One import. `counts` is how many lines had which fate: in the dry run, then in truth."""

    __tablename__ = "subscriber_import"
    __table_args__ = (
        CheckConstraint(one_of("state", ImportState), name="state"),
        CheckConstraint("(state = 'finished') = (finished_at IS NOT NULL)", name="finished_with_time"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    created_by: Mapped[str] = mapped_column(String(254))
    file_name: Mapped[str] = mapped_column(String(200))
    service: Mapped[str] = mapped_column(String(20), default="")
    evidence: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(10), default=ImportState.CHECKED)
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SubscriberImportBatch(Base):
    """Some lines of an import, as compressed JSON: until it is done what they say, then what became of them.

    What became of them is kept without addresses.
    """

    __tablename__ = "subscriber_import_batch"

    import_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber_import.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
