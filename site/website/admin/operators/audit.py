"""Audit entries about an operator's account."""

from sqlalchemy.orm import Session

from carrel import audit
from website.admin.operators.models import Operator


def record(
    session: Session,
    operator: Operator,
    action: str,
    *,
    actor: str = "",
    before: audit.Values | None = None,
    after: audit.Values | None = None,
) -> None:
    """Add an entry. Without an actor, the operator did it."""
    who, subject = actor or operator.email, f"operator:{operator.email}"
    audit.record(session, actor=who, action=action, subject=subject, before=before, after=after)
