"""Who changed what: one row for every unsafe act of an operator, never changed afterwards."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from carrel import clock
from carrel.db import Base, UtcDateTime

Values = dict[str, object]


class AuditEntry(Base):
    """One act: who, when, what, on which thing, and the values before and after."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str] = mapped_column(String(254))
    action: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(200), index=True)
    reason: Mapped[str] = mapped_column(String(500), default="")
    before: Mapped[Values | None] = mapped_column(JSON)
    after: Mapped[Values | None] = mapped_column(JSON)


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    subject: str,
    reason: str = "",
    before: Values | None = None,
    after: Values | None = None,
) -> None:
    """Add the act to the log, in the transaction that performs it."""
    entry = AuditEntry(at=clock.now(), actor=actor, action=action, subject=subject, reason=reason)
    entry.before, entry.after = before, after
    session.add(entry)
