"""The outbox as a worker works on it, without its loop."""

from contextlib import closing
from datetime import UTC, datetime

from sqlalchemy import select

from carrel.mail import outbox
from carrel.mail.models import Alarm, OutboxMail
from carrel.mail.outbox import NORMAL, Priority
from carrel.mail.outbox_sender import OutboxSender
from carrel.services import Services
from tests.support.mail import HELLO

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANNA = "Anna@example.org"


def queue(
    post: Services, key: str = "k", priority: Priority = NORMAL, private: bool = False, to: str = ANNA
) -> bool:
    """Queue a greeting. Whether it is new."""
    with post.db.write() as session:
        return outbox.queue(session, key=key, to=to, mail=HELLO, priority=priority, private=private)


def row(post: Services, key: str = "k") -> OutboxMail:
    """The mail with this key."""
    with post.db.read() as session:
        return session.scalars(select(OutboxMail).where(OutboxMail.key == key)).one()


def alarms(post: Services) -> list[str]:
    """The keys of all alarms."""
    with post.db.read() as session:
        return list(session.scalars(select(Alarm.key)))


def run(post: Services, turns: int = 50) -> int:
    """Let a worker send what is due now; how often it found something."""
    with closing(OutboxSender()) as delivery:
        done = 0
        while done < turns and delivery.run_step(post):
            done += 1
    assert done < turns
    return done


def step(post: Services) -> bool:
    """Let a fresh worker do one turn."""
    with closing(OutboxSender()) as delivery:
        return delivery.run_step(post)
