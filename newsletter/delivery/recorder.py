"""Recording what became of each delivery.

Before each DATA the delivery is marked as begun, in the statement that also records which ones were sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, exists, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.db import Database
from carrel.mail import suppression
from carrel.mail.alarms import raise_alarm
from carrel.mail.models import SuppressionKind
from carrel.mail.outcomes import Deferred, Outcome, Rejected, Sent, Uncertain, Withheld
from newsletter.delivery import leases
from newsletter.delivery.leases import QUEUE, RETRY, LeasedDelivery, give_back
from newsletter.issues.models import DeliveredArticle, Delivery, DeliveryState, Issue, IssueState
from newsletter.subscribers.eligibility import is_suppressed, receives
from newsletter.subscribers.models import Subscriber, SubscriberState


@dataclass(frozen=True)
class BuildFailed:
    """The mail could not be made for this recipient; the others' can (MF-31)."""

    text: str


@dataclass(frozen=True)
class DeliveryResult:
    """What became of a delivery, not yet recorded."""

    delivery: LeasedDelivery
    outcome: Outcome | BuildFailed


class DeliveryRecorder:
    """Records for all connections of a process."""

    def __init__(self, db: Database, owner: str) -> None:
        self._db = db
        self._owner = owner
        self._update = db.compiled_update(leases.RECORD_STATEMENT)

    def write(self, results: Sequence[DeliveryResult], begin: Sequence[int] = ()) -> set[int]:
        """Commit the results. Which of the deliveries `begin` may go out now.

        Raises what the database raised: then some of it was not recorded, or we cannot know.
        """
        unsent = [result for result in results if not isinstance(result.outcome, Sent)]
        if unsent:
            with self._db.write() as session:
                for result in unsent:
                    record(session, result, self._owner)
        sent = [result.delivery.id for result in results if isinstance(result.outcome, Sent)]
        recorded: set[int] = set()
        for start in range(0, max(len(sent), len(begin)), leases.MOST_AT_ONCE):
            some = slice(start, start + leases.MOST_AT_ONCE)
            recorded |= leases.record_and_begin(self._update, sent[some], begin[some], self._owner)
        return recorded.intersection(begin)

    def close(self) -> None:
        """Give the database connection back; the next record takes another."""
        self._update.close()


def record(session: Session, result: DeliveryResult, owner: str) -> None:
    """Record a delivery that was not simply sent. Twice does no harm."""
    delivery = result.delivery
    match result.outcome:
        case Deferred(code, text):
            _try_again(session, delivery, owner, f"{code} {text}")
        case Rejected(code, text):
            _end(session, delivery, owner, DeliveryState.FAILED, f"{code} {text}")
            if result.outcome.is_unknown_user and delivery.email_key:
                suppression.suppress(session, delivery.email_key, SuppressionKind.BOUNCE, f"{code} {text}")
        case BuildFailed(text):
            _end(session, delivery, owner, DeliveryState.FAILED, text)
        case Uncertain(text):
            _end(session, delivery, owner, DeliveryState.UNCERTAIN, text)
            report_uncertain(session, delivery.issue_id, 1)
        case Withheld():
            _record_withheld(session, delivery, owner)


def report_uncertain(session: Session, issue_id: int, count: int) -> None:
    """Uncertain mails are never sent again by themselves: the operator hears of them (MAIL-04)."""
    text = (
        f"Of issue {issue_id}, {count} more may or may not have arrived: the connection or the worker ended"
        " within the last step. They are not sent again unless you say so."
    )
    raise_alarm(session, f"digest-uncertain:{issue_id}", "Digests may not have arrived", text)


def _try_again(session: Session, delivery: LeasedDelivery, owner: str, problem: str) -> None:
    is_queued = QUEUE.retry(
        session,
        *_held(delivery, owner),
        policy=RETRY,
        tries=delivery.tries,
        deadline=delivery.send_until,
        problem=problem,
    )
    if not is_queued:
        given_up = f"given up after {delivery.tries} tries: {problem}"
        _end(session, delivery, owner, DeliveryState.FAILED, given_up)


def _end(session: Session, delivery: LeasedDelivery, owner: str, state: DeliveryState, problem: str) -> None:
    """What was surely not sent gives its articles back to the reader's next issue."""
    ended = QUEUE.end(session, *_held(delivery, owner), state=state, problem=problem)
    if ended and state is not DeliveryState.UNCERTAIN:
        session.execute(
            delete(DeliveredArticle).where(
                DeliveredArticle.subscriber_id == delivery.subscriber_id,
                DeliveredArticle.issue_id == delivery.issue_id,
            )
        )


def _record_withheld(session: Session, delivery: LeasedDelivery, owner: str) -> None:
    """Why it was not begun: the issue was paused, the recipient wants it no more, or the lease is lost."""
    is_being_sent = exists().where(Issue.id == delivery.issue_id, Issue.state == IssueState.SENDING)
    if not session.scalar(select(is_being_sent)):
        give_back(session, [delivery.id], owner)
        return
    # Whoever leaves is suppressed as well: that they left says more.
    is_shut_out = and_(is_suppressed(), Subscriber.state != SubscriberState.LEFT)
    recipient = select(receives(clock.now()), is_shut_out).where(Subscriber.id == delivery.subscriber_id)
    wants_it, shut_out = session.execute(recipient).first() or (False, False)
    if not wants_it:
        state = DeliveryState.SUPPRESSED if shut_out else DeliveryState.UNSUBSCRIBED
        _end(session, delivery, owner, state, "")


def _held(delivery: LeasedDelivery, owner: str) -> tuple[ColumnElement[bool], ...]:
    return Delivery.id == delivery.id, QUEUE.is_held_by(owner)
