"""Looking after deliveries once a minute: what dead workers left, what waits too long (MAIL-06)."""

from datetime import timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.http.services import Services
from carrel.mail.alarms import raise_alarm
from newsletter.delivery.claim_owner import this_boot
from newsletter.delivery.claims import FREE, LEASE
from newsletter.delivery.outcome_recorder import LONGEST_STEP, tell_uncertain
from newsletter.issues import issue_lifecycle
from newsletter.issues.models import Delivery, DeliveryState, Issue, IssueState

EVERY_SECONDS = 60.0
WAITS_TOO_LONG = timedelta(hours=1)
LOST_SIGHT = "the worker ended while the mail was being handed over"
REBOOTED = "the machine went down while a worker held the mail"


def handle_one(services: Services) -> bool:
    """A step of the worker. It never says that there is more."""
    with services.db.write() as session:
        sweep(session, lasting=not services.db.is_sqlite)
        _alarm_when_stuck(session)
    return False


def sweep(session: Session, *, lasting: bool = False) -> None:
    """Settle expired claims: back into the queue, or uncertain where the mail may have left us.

    Unless marks are `lasting`, those of a machine that went down may be lost: whatever it held is uncertain.
    """
    now = clock.now()
    expired = (Delivery.state == DeliveryState.CLAIMED, clock.has_passed(Delivery.lease_until, LEASE))
    over = {"state": DeliveryState.UNCERTAIN, "ended_at": now}
    began: list[tuple[ColumnElement[bool], str]] = [(Delivery.begun_at.is_not(None), LOST_SIGHT)]
    if not lasting:
        began.append((~Delivery.owner.startswith(f"{this_boot()}/", autoescape=True), REBOOTED))
    for issue_id in session.scalars(select(Issue.id).where(Issue.state != IssueState.FINISHED)).all():
        here = (Delivery.issue_id == issue_id, *expired)
        for condition, problem in began:
            _end_uncertain(session, issue_id, (*here, condition), over | {"problem": problem})
        session.execute(update(Delivery).where(*here).values(**FREE))
    stopped = select(Issue.id).where(Issue.state == IssueState.STOPPED)
    for issue_id in session.scalars(stopped).all():
        issue_lifecycle.end_waiting(session, issue_id)
    _bring_near(session)


def _bring_near(session: Session) -> None:
    """What is due later than anything we put off was queued before the clock went back: it is due now."""
    sending = select(Issue.id).where(Issue.state == IssueState.SENDING)
    for issue_id in session.scalars(sending).all():
        waiting = Delivery.issue_id == issue_id, Delivery.state == DeliveryState.QUEUED
        far = clock.is_of_another_clock(Delivery.due_at, LONGEST_STEP)
        session.execute(update(Delivery).where(*waiting, far).values(due_at=clock.now()))


def _end_uncertain(
    session: Session, issue_id: int, which: tuple[ColumnElement[bool], ...], values: dict[str, object]
) -> None:
    begun = func.coalesce(Delivery.begun_at, clock.now())
    ending = update(Delivery).where(*which).values(**values, begun_at=begun)
    if count := len(session.scalars(ending.returning(Delivery.id)).all()):
        tell_uncertain(session, issue_id, count)


def _alarm_when_stuck(session: Session) -> None:
    since = clock.now() - WAITS_TOO_LONG
    waiting = (
        select(Issue.id, func.count())
        .join(Delivery, Delivery.issue_id == Issue.id)
        .where(Issue.state == IssueState.SENDING, Issue.started_at < since)
        .where(Delivery.state == DeliveryState.QUEUED, Delivery.due_at < since)
        .group_by(Issue.id)
    )
    for issue_id, count in session.execute(waiting).all():
        text = f"{count} mails of issue {issue_id} have been waiting for more than an hour."
        raise_alarm(session, f"digest-stuck:{issue_id}", "A digest has been waiting for an hour", text)
