"""The outbox: a transactional mail is a row, queued in the transaction of its cause, sent by the worker."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.db import insert_new
from carrel.mail.addresses import parse
from carrel.mail.message import Content
from carrel.mail.models import MailState, OutboxMail
from carrel.mail.suppression import Purpose

LATE = timedelta(minutes=2)  # a due mail is taken within seconds while a worker runs
OPEN = (MailState.QUEUED, MailState.CLAIMED)


@dataclass(frozen=True)
class RetryPolicy:
    """How patiently a mail is tried: how often, after how many seconds, and for how long altogether."""

    name: str
    purpose: Purpose
    tries: int
    steps: tuple[float, ...]  # seconds between tries; the last one repeats
    lasts: timedelta
    again_after_crash: bool  # sent twice is better than not at all


ASKED = RetryPolicy(
    "asked", Purpose.ASKED, 5, (5, 20, 60, 180), timedelta(minutes=10), again_after_crash=True
)
USUAL = RetryPolicy("usual", Purpose.NOTICE, 48, (300,), timedelta(days=3), again_after_crash=False)
PACES = {pace.name: pace for pace in (ASKED, USUAL)}


def queue(
    session: Session, *, key: str, to: str, mail: Content, pace: RetryPolicy = USUAL, private: bool = False
) -> bool:
    """Queue a mail once per key. Whether it is new. Raises `InvalidAddressError`.

    `key` is made of stable ids and holds no address. `private` mails hold a token: their text and
    address are wiped from the row when they are over.
    """
    address, now = parse(to), clock.now()
    return insert_new(
        session,
        OutboxMail,
        key=key,
        name=mail.name,
        pace=pace.name,
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
    """Leave no trace of an address: what was not sent yet is not sent. Keys stay, so nothing repeats."""
    ours = OutboxMail.to_key == email_key
    stopped = update(OutboxMail).where(ours, OutboxMail.state.in_(OPEN))
    session.execute(stopped.values(state=MailState.SUPPRESSED, owner=None, ended_at=clock.now()))
    session.execute(update(OutboxMail).where(ours).values(**WIPED, subject=""))


WIPED = {"to_address": "", "to_key": "", "text": "", "html": ""}


def is_delayed(session: Session) -> bool:
    """Whether mail is late for everybody: the server is away, or no worker takes what is due."""
    late = or_(OutboxMail.held_up, OutboxMail.due_at < clock.now() - LATE)
    found = select(OutboxMail.id).where(OutboxMail.state == MailState.QUEUED, late).limit(1)
    return session.scalars(found).first() is not None
