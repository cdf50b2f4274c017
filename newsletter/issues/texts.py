"""The texts that operators wrote for issues."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from newsletter.issues.models import Issue
from newsletter.writing.models import IssueText


def of_issue(session: Session, issue_id: int) -> IssueText | None:
    """The subject and the introduction of an issue, or its broadcast; None when nobody wrote anything."""
    return session.scalars(select(IssueText).where(IssueText.issue_id == issue_id)).first()


def of_broadcast(session: Session, issue: Issue) -> IssueText:
    """What a broadcast says, and whom it is for."""
    return session.scalars(select(IssueText).where(IssueText.issue_id == issue.id)).one()


def version(issue_id: int) -> Select[int]:
    """Which version of its text an issue has; 0 when nobody wrote anything."""
    return select(func.coalesce(func.max(IssueText.version), 0)).where(IssueText.issue_id == issue_id)
