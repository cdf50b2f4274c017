"""Who changed what: one row for every unsafe act of an operator, never changed afterwards."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from carrel import clock, security_events
from carrel.db import Base, UtcDateTime
from carrel.security_events import Outcome

Values = dict[str, object]


class AuditEntry(Base):
    """One act: who, when, what, from where, on which thing, the values before and after, and the outcome."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str] = mapped_column(String(254))
    action: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(200), index=True)
    reason: Mapped[str] = mapped_column(String(500), default="")
    before: Mapped[Values | None] = mapped_column(JSON)
    after: Mapped[Values | None] = mapped_column(JSON)
    outcome: Mapped[str] = mapped_column(String(10), server_default=Outcome.SUCCESS)
    request_id: Mapped[str] = mapped_column(String(32), server_default="")  # empty: a command, or the worker
    network: Mapped[str] = mapped_column(String(50), server_default="")  # an operator's; /24 or /48


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    subject: str,
    reason: str = "",
    before: Values | None = None,
    after: Values | None = None,
    outcome: Outcome = Outcome.SUCCESS,
    actor_id: str = "",
    subject_id: str = "",
) -> None:
    """Add the act to the audit table, in the transaction that performs it; a request's is a line of the log too.

    `actor_id` and `subject_id` stand in the log where an address stands in the table. Without an actor's, whoever
    sent the request is named there.
    """
    origin = security_events.source()
    entry = AuditEntry(at=clock.now(), actor=actor, action=action, subject=subject, reason=reason)
    entry.before, entry.after, entry.outcome = before, after, outcome
    entry.request_id = origin.request_id
    # Entries are kept for good: of readers, who may be erased one day, they keep no network.
    is_reader = actor.startswith("reader:")
    entry.network = "" if is_reader else origin.network
    session.add(entry)
    if origin.request_id:  # a command has a terminal, not a log
        actor_id = actor_id or (actor if is_reader else "")
        security_events.log_event(action, outcome, actor=actor_id, subject=subject_id or subject)
