"""Looking after deliveries once a minute: what dead workers left, what waits too long (MAIL-06)."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail.alarms import raise_alarm
from carrel.mail.queue import STUCK_AFTER
from carrel.services import Services
from newsletter.delivery.leases import QUEUE, boot_id
from newsletter.delivery.recorder import report_uncertain
from newsletter.issues import issue_lifecycle
from newsletter.issues.models import Delivery, Issue, IssueState

EVERY_SECONDS = 60.0
WORKER_DIED = "the worker ended while the mail was being handed over"
REBOOTED = "the machine went down while a worker held the mail"


def run_step(services: Services) -> bool:
    """A step of the worker. It never says that there is more."""
    with services.db.write() as session:
        sweep(session, records_are_durable=not services.db.is_sqlite)
        _alarm_when_stuck(session)
    return False


def sweep(session: Session, *, records_are_durable: bool = False) -> None:
    """Settle expired leases: back into the queue, or uncertain where the mail may have left us.

    Unless records are durable, those of a machine that went down may be lost: whatever it held is uncertain.
    """
    uncertain: list[tuple[ColumnElement[bool], str]] = [(Delivery.begun_at.is_not(None), WORKER_DIED)]
    if not records_are_durable:
        uncertain.append((~Delivery.owner.startswith(f"{boot_id()}/", autoescape=True), REBOOTED))
    begun_at = func.coalesce(Delivery.begun_at, clock.now())
    # Issue by issue, because the index begins with the issue.
    for issue_id in session.scalars(select(Issue.id).where(Issue.state != IssueState.FINISHED)).all():
        of_issue = Delivery.issue_id == issue_id
        if ids := QUEUE.settle_expired(session, of_issue, uncertain=uncertain, begun_at=begun_at):
            report_uncertain(session, issue_id, len(ids))
    for issue_id in session.scalars(select(Issue.id).where(Issue.state == IssueState.STOPPED)).all():
        issue_lifecycle.end_waiting(session, issue_id)
    for issue_id in session.scalars(select(Issue.id).where(Issue.state == IssueState.SENDING)).all():
        QUEUE.repair_due_times(session, Delivery.issue_id == issue_id)


def _alarm_when_stuck(session: Session) -> None:
    stuck = (
        select(Issue.id, func.count())
        .join(Delivery, Delivery.issue_id == Issue.id)
        .where(Issue.state == IssueState.SENDING, Issue.started_at < clock.now() - STUCK_AFTER)
        .where(QUEUE.is_stuck(Delivery.due_at))
        .group_by(Issue.id)
    )
    for issue_id, count in session.execute(stuck).all():
        text = f"{count} mails of issue {issue_id} have been waiting for more than an hour."
        raise_alarm(session, f"digest-stuck:{issue_id}", "A digest has been waiting for an hour", text)
