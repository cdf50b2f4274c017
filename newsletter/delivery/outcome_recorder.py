"""Writing down what became of a delivery that was not simply sent."""

import random
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail import suppression
from carrel.mail.alarms import raise_alarm
from carrel.mail.models import Kind
from carrel.mail.outcomes import Outcome, Refused, TryLater, Unknown, Withheld
from newsletter.delivery.claims import FREE, Claimed, give_back, is_held_by
from newsletter.issues.models import DeliveredArticle, Delivery, DeliveryState, Issue, IssueState
from newsletter.subscribers.eligibility import is_suppressed, receives
from newsletter.subscribers.models import Subscriber

MOST_TRIES = 48
STEP_SECONDS = 300.0
SOONER, LATER = 0.8, 1.2  # steps vary, so that what failed together does not come back together
LONGEST_STEP = timedelta(seconds=LATER * STEP_SECONDS)
_chance = random.SystemRandom()


@dataclass(frozen=True)
class Broken:
    """The mail could not be made for this recipient; the others' can (MF-31)."""

    text: str


@dataclass(frozen=True)
class Note:
    """What became of a delivery, not yet written down."""

    delivery: Claimed
    outcome: Outcome | Broken


def record(session: Session, note: Note, owner: str) -> None:
    """Write down what became of one that was not simply sent. Twice does no harm."""
    delivery = note.delivery
    match note.outcome:
        case TryLater(code, text):
            _try_again(session, delivery, owner, f"{code} {text}")
        case Refused(code, text):
            _fail(session, delivery, owner, f"{code} {text}")
            if note.outcome.is_unknown_user and delivery.email_key:
                suppression.suppress(session, delivery.email_key, Kind.BOUNCE, f"{code} {text}")
        case Broken(text):
            _fail(session, delivery, owner, text)
        case Unknown(text):
            _end(session, delivery, owner, DeliveryState.UNCERTAIN, text)
            tell_uncertain(session, delivery.issue_id, 1)
        case Withheld():
            _settle_withheld(session, delivery, owner)


def tell_uncertain(session: Session, issue_id: int, count: int) -> None:
    """Uncertain mails are never sent again by themselves: the operator hears of them (MAIL-04)."""
    text = (
        f"Of issue {issue_id}, {count} more may or may not have arrived: the connection or the worker ended"
        " within the last step. They are not sent again unless you say so."
    )
    raise_alarm(session, f"digest-uncertain:{issue_id}", "It is uncertain whether digests arrived", text)


def _try_again(session: Session, delivery: Claimed, owner: str, problem: str) -> None:
    due_at = clock.now() + timedelta(seconds=STEP_SECONDS * _chance.uniform(SOONER, LATER))
    if delivery.tries >= MOST_TRIES or (delivery.send_until and due_at > delivery.send_until):
        _fail(session, delivery, owner, f"given up after {delivery.tries} tries: {problem}")
        return
    later = update(Delivery).where(Delivery.id == delivery.id, is_held_by(owner))
    session.execute(later.values(**FREE, ended_at=None, due_at=due_at, problem=problem[:300]))


def _fail(session: Session, delivery: Claimed, owner: str, problem: str) -> None:
    _end(session, delivery, owner, DeliveryState.FAILED, problem)


def _end(session: Session, delivery: Claimed, owner: str, state: DeliveryState, problem: str) -> None:
    """It is over. What was not sent gives its articles back to the reader's next issue."""
    ending = update(Delivery).where(Delivery.id == delivery.id, is_held_by(owner))
    ended = ending.values(state=state, ended_at=clock.now(), problem=problem[:300]).returning(Delivery.id)
    if session.scalars(ended).first() is not None and state is not DeliveryState.UNCERTAIN:
        release(session, delivery)


def release(session: Session, delivery: Claimed) -> None:
    """Give the articles of a delivery that was not sent back."""
    session.execute(
        delete(DeliveredArticle).where(
            DeliveredArticle.subscriber_id == delivery.subscriber_id,
            DeliveredArticle.issue_id == delivery.issue_id,
        )
    )


def _settle_withheld(session: Session, delivery: Claimed, owner: str) -> None:
    """Why it was not begun: the issue was paused, the recipient wants it no more, or the lease is lost."""
    going = exists().where(Issue.id == delivery.issue_id, Issue.state == IssueState.SENDING)
    if not session.scalar(select(going)):
        give_back(session, [delivery.id], owner)
        return
    asked = select(receives(clock.now()), is_suppressed()).where(Subscriber.id == delivery.subscriber_id)
    wants, suppressed = session.execute(asked).first() or (False, False)
    if not wants:
        state = DeliveryState.SUPPRESSED if suppressed else DeliveryState.UNSUBSCRIBED
        _end(session, delivery, owner, state, "")
