"""The outbox: a transactional mail is a row, queued in the transaction of its cause, sent by the worker."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.db import insert_new
from carrel.mail.addresses import parse
from carrel.mail.message import Content
from carrel.mail.models import OutboxMail, OutboxState
from carrel.mail.queue import RetryPolicy
from carrel.mail.suppression import MessageType

LATE_AFTER = timedelta(minutes=2)  # a due mail is leased within seconds while a worker runs
PENDING = (OutboxState.QUEUED, OutboxState.LEASED)
WIPED = {"to_address": "", "to_key": "", "text": "", "html": ""}


@dataclass(frozen=True)
class Priority:
    """How urgent a mail is, and for how long it is worth sending. `name` is what the table holds."""

    name: str
    message_type: MessageType
    retry: RetryPolicy
    lifetime: timedelta
    resend_after_crash: bool  # sent twice is better than not at all


URGENT = Priority(
    "asked",
    MessageType.REQUESTED,
    RetryPolicy(tries=5, waits=(5, 20, 60, 180)),
    timedelta(minutes=10),
    resend_after_crash=True,
)
NORMAL = Priority(
    "usual",
    MessageType.TRANSACTIONAL,
    RetryPolicy(tries=48, waits=(300,)),
    timedelta(days=3),
    resend_after_crash=False,
)
PRIORITIES = {priority.name: priority for priority in (URGENT, NORMAL)}


def queue(
    session: Session,
    *,
    key: str,
    to: str,
    mail: Content,
    priority: Priority = NORMAL,
    private: bool = False,
) -> bool:
    """Queue a mail once per key. Whether it is new. Raises `InvalidAddressError`.

    `key` is made of stable ids and contains no address. `private` mails contain a token: their text and
    address are wiped from the row when they end.
    """
    address, now = parse(to), clock.now()
    return insert_new(
        session,
        OutboxMail,
        key=key,
        name=mail.name,
        priority=priority.name,
        private=private,
        to_address=address.wire,
        to_key=address.key,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        created_at=now,
        due_at=now,
    )


def forget(session: Session, email_key: str) -> None:
    """Leave no trace of an address, and send it nothing more. Keys stay, so that nothing is queued again."""
    to_address = OutboxMail.to_key == email_key
    stopping = update(OutboxMail).where(to_address, OutboxMail.state.in_(PENDING))
    session.execute(stopping.values(state=OutboxState.SUPPRESSED, owner=None, ended_at=clock.now()))
    session.execute(update(OutboxMail).where(to_address).values(**WIPED, subject=""))


def wipe_private(session: Session, ids: Collection[int]) -> None:
    """Take the text and the address out of those of these mails that contain a token."""
    private = update(OutboxMail).where(OutboxMail.id.in_(ids), OutboxMail.private)
    session.execute(private.values(**WIPED))


def is_delayed(session: Session) -> bool:
    """Whether mail is late for everybody: the server is down, or no worker takes what is due."""
    late = or_(OutboxMail.held_up, OutboxMail.due_at < clock.now() - LATE_AFTER)
    delayed = select(OutboxMail.id).where(OutboxMail.state == OutboxState.QUEUED, late).limit(1)
    return session.scalars(delayed).first() is not None
