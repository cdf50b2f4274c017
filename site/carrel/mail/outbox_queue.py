"""Leases on the mails of the outbox: one worker has a mail for a while, and records what became of it."""

from datetime import timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail import restore_hold
from carrel.mail.models import OutboxMail, OutboxState
from carrel.mail.outbox import PRIORITIES, URGENT, WIPED, wipe_private
from carrel.mail.queue import MailQueue
from carrel.tokens import new_token

FIRST_LEASE = timedelta(minutes=3)  # covers the conversation up to DATA
SENDING_LEASE = timedelta(minutes=10)  # covers the wait for the last reply
QUEUE = MailQueue(
    OutboxMail,
    not_begun={"handing_over": False},
    longest_lease=SENDING_LEASE,
    longest_wait=max(priority.retry.longest_wait for priority in PRIORITIES.values()),
)


def is_anything_due(session: Session) -> bool:
    """Whether `lease` would find a mail. Takes no lock."""
    return session.scalars(select(OutboxMail.id).where(*_may_be_leased()).limit(1)).first() is not None


def lease(session: Session) -> OutboxMail | None:
    """Lease the most urgent due mail: atomic on both databases."""
    # "asked" sorts before "usual".
    order = OutboxMail.priority, OutboxMail.due_at, OutboxMail.id
    first = select(OutboxMail.id).where(*_may_be_leased()).order_by(*order).limit(1)
    leasing = QUEUE.lease(first, owner=new_token(), lease_until=clock.now() + FIRST_LEASE)
    return session.scalars(leasing.returning(OutboxMail)).first()


def _may_be_leased() -> tuple[ColumnElement[bool], ...]:
    return QUEUE.is_due(clock.now()), restore_hold.may_send()


def begin_sending(session: Session, mail: OutboxMail) -> bool:
    """The check before DATA: is the lease still ours? From here on the mail may have left us."""
    now = clock.now()
    still_ours = update(OutboxMail).where(OutboxMail.id == mail.id, QUEUE.has_lease(mail.owner, now))
    beginning = still_ours.values(handing_over=True, lease_until=now + SENDING_LEASE).returning(OutboxMail.id)
    return session.scalars(beginning).first() is not None


def end(session: Session, mail: OutboxMail, state: OutboxState, problem: str = "") -> None:
    """Record how a mail ended. A private one keeps nothing that a thief of the database could use."""
    wiped = WIPED if mail.private else {}
    QUEUE.end(session, *_ours(mail), state=state, problem=problem, held_up=False, **wiped)


def try_again(session: Session, mail: OutboxMail, problem: str) -> bool:
    """Put it back for a later try. False, and the mail failed, when its tries or its time are used up."""
    priority = PRIORITIES[mail.priority]
    deadline = mail.created_at + priority.lifetime
    is_queued = QUEUE.retry(
        session,
        *_ours(mail),
        policy=priority.retry,
        tries=mail.tries,
        deadline=deadline,
        problem=problem,
        held_up=False,
    )
    if not is_queued:
        end(session, mail, OutboxState.FAILED, f"given up after {mail.tries} tries: {problem}")
    return is_queued


def give_back(session: Session, mail: OutboxMail, problem: str) -> None:
    """The mail server cannot be used. That is no try of this mail, but its lifetime goes on."""
    if clock.now() >= mail.created_at + PRIORITIES[mail.priority].lifetime:
        end(session, mail, OutboxState.FAILED, f"too late: {problem}")
        return
    QUEUE.put_back(session, *_ours(mail), tries=mail.tries - 1, held_up=True, problem=problem[:300])


def sweep(session: Session) -> list[int]:
    """Settle what dead workers left. The ids of the mails that may or may not have been sent."""
    may_be_sent = OutboxMail.handing_over & (OutboxMail.priority != URGENT.name)
    problem = "the worker ended while the mail was being handed over"
    uncertain = QUEUE.settle_expired(session, uncertain=[(may_be_sent, problem)])
    wipe_private(session, uncertain)
    QUEUE.repair_due_times(session)
    return uncertain


def _ours(mail: OutboxMail) -> tuple[ColumnElement[bool], ...]:
    return OutboxMail.id == mail.id, QUEUE.is_held_by(mail.owner)
