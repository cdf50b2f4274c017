"""Passes given and taken back by hand: each with its reason, in the audit log."""

from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.accounts import readers
from payments.ledger import entries
from payments.ledger.entitlement import Given, Withdrawn
from payments.models import Grant


class ReasonRequiredError(Exception):
    """An act by hand needs a reason."""


def give(session: Session, reader_id: int, actor: str, reason: str) -> None:
    """Give a pass. Raises `ReasonRequiredError`, `ReaderNotFoundError`."""
    need_reason(reason)
    reader = readers.get(session, reader_id)
    entries.lock(session)
    session.add(
        Grant(kind="gift", reader_id=reader.id, actor=actor, reason=reason.strip(), recorded_at=clock.now())
    )
    _record(session, "pass.give", reader_id, actor, reason)


def take_back(session: Session, reader_id: int, actor: str, reason: str) -> int:
    """Take every pass of a reader back, given or bought; how many. No money moves. Raises `ReasonRequiredError`."""
    need_reason(reason)
    entries.lock(session)
    history = entries.history_of(session, reader_id)
    taken = {each.grant for each in history if isinstance(each, Withdrawn)}
    standing = sorted({each.grant for each in history if isinstance(each, Given)} - taken)
    for grant_id in standing:
        row = Grant(kind="withdrawal", withdraws_id=grant_id, actor=actor, reason=reason.strip())
        row.recorded_at = clock.now()
        session.add(row)
    _record(session, "pass.take-back", reader_id, actor, reason)
    return len(standing)


def need_reason(reason: str) -> None:
    """Raise `ReasonRequiredError` when there is none."""
    if not reason.strip():
        raise ReasonRequiredError


def _record(session: Session, action: str, reader_id: int, actor: str, reason: str) -> None:
    before: audit.Values = {"ad_free": readers.get(session, reader_id).ad_free}
    after: audit.Values = {"ad_free": entries.project(session, reader_id).ad_free}
    audit.record(
        session,
        actor=actor,
        action=action,
        subject=f"reader:{reader_id}",
        reason=reason,
        before=before,
        after=after,
    )
