"""Audit entries about an operator's account."""

from sqlalchemy.orm import Session

from carrel import audit
from carrel.security_events import Outcome
from website.admin.operators.models import Operator


def record(
    session: Session,
    operator: Operator,
    action: str,
    *,
    actor: str = "",
    before: audit.Values | None = None,
    after: audit.Values | None = None,
    outcome: Outcome = Outcome.SUCCESS,
) -> None:
    """Add an entry to the audit table and a line to the log. Without an actor, the operator did it."""
    number = f"operator:{operator.id}"
    audit.record(
        session,
        actor=actor or operator.email,
        action=action,
        subject=f"operator:{operator.email}",
        before=before,
        after=after,
        outcome=outcome,
        actor_id="" if actor else number,
        subject_id=number,
    )
