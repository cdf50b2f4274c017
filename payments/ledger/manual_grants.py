"""Passes that an operator grants and revokes, each with a reason in the audit log."""

from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.accounts import readers
from payments.ledger import entries
from payments.ledger.entitlement import GrantEntry, RevocationEntry
from payments.models import Grant


class ReasonRequiredError(Exception):
    """The operator must give a reason."""


def grant(session: Session, reader_id: int, actor: str, reason: str) -> None:
    """Grant a pass. Raises `ReasonRequiredError`, `ReaderNotFoundError`."""
    require_reason(reason)
    reader = readers.get(session, reader_id)
    entries.lock(session)
    session.add(
        Grant(kind="gift", reader_id=reader.id, actor=actor, reason=reason.strip(), recorded_at=clock.now())
    )
    _update_and_audit(session, "pass.give", reader_id, actor, reason)


def revoke(session: Session, reader_id: int, actor: str, reason: str) -> int:
    """Revoke all passes of a reader, granted or bought; how many. No money moves. Raises `ReasonRequiredError`."""
    require_reason(reason)
    entries.lock(session)
    history = entries.reader_history(session, reader_id)
    revoked = {entry.grant for entry in history if isinstance(entry, RevocationEntry)}
    valid = sorted({entry.grant for entry in history if isinstance(entry, GrantEntry)} - revoked)
    for grant_id in valid:
        row = Grant(kind="withdrawal", revokes_id=grant_id, actor=actor, reason=reason.strip())
        row.recorded_at = clock.now()
        session.add(row)
    _update_and_audit(session, "pass.take-back", reader_id, actor, reason)
    return len(valid)


def require_reason(reason: str) -> None:
    """Raises `ReasonRequiredError` for an empty reason."""
    if not reason.strip():
        raise ReasonRequiredError


def _update_and_audit(session: Session, action: str, reader_id: int, actor: str, reason: str) -> None:
    before: audit.Values = {"ad_free": readers.get(session, reader_id).ad_free}
    after: audit.Values = {"ad_free": entries.update_entitlement(session, reader_id).ad_free}
    audit.record(
        session,
        actor=actor,
        action=action,
        subject=f"reader:{reader_id}",
        reason=reason,
        before=before,
        after=after,
    )
