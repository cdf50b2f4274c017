"""Alarms: what the operator must know, kept in a table, and mailed once an hour at most."""

from datetime import timedelta

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.db import insert_into
from carrel.mail import operator_mails, outbox
from carrel.mail.models import Alarm
from carrel.mail.outcomes import MailServerError, MailServerUnavailableError
from carrel.services import Services

MAIL_EVERY = timedelta(hours=1)


def raise_alarm(session: Session, key: str, subject: str, text: str) -> None:
    """Tell the operator, in the transaction of the cause. One open alarm per key counts its repeats."""
    now = clock.now()
    values = {"key": key, "subject": subject[:200], "text": text, "count": 1, "first_at": now, "last_at": now}
    raising = insert_into(session, Alarm).values(**values)
    session.execute(
        raising.on_conflict_do_update(
            index_elements=[Alarm.key],
            index_where=Alarm.acknowledged_at.is_(None),
            set_={"count": Alarm.count + 1, "last_at": now, "subject": subject[:200], "text": text},
        )
    )


def is_open(session: Session, key: str) -> bool:
    """Whether such an alarm waits for the operator already."""
    opened = select(Alarm.id).where(Alarm.key == key, Alarm.acknowledged_at.is_(None))
    return session.scalars(opened.limit(1)).first() is not None


def raise_server_alarm(session: Session, error: MailServerError) -> None:
    """The mail server cannot be used. Being away for a while is no alarm yet: that comes when mail is stuck."""
    if not isinstance(error, MailServerUnavailableError):
        raise_alarm(session, "mail-server", "Email cannot be sent", str(error))


def acknowledge(session: Session, alarm_id: int, actor: str) -> bool:
    """The operator has seen it. Whether it was open. The next one with its key is a new alarm."""
    seen = update(Alarm).where(Alarm.id == alarm_id, Alarm.acknowledged_at.is_(None))
    seen = seen.values(acknowledged_at=clock.now(), acknowledged_by=actor)
    if session.scalars(seen.returning(Alarm.id)).first() is None:
        return False
    audit.record(session, actor=actor, action="alarm.acknowledge", subject=f"alarm:{alarm_id}")
    return True


def run_step(services: Services) -> bool:
    """A step of the worker: queue the mail of one alarm that rose since its last mail."""
    if not services.settings.alarm_email:
        return False
    with services.db.read() as session:
        if session.scalars(_not_mailed()).first() is None:
            return False
    with services.db.write() as session:
        alarm = session.scalars(_not_mailed().with_for_update(skip_locked=True)).first()
        if alarm is None:
            return False
        now = clock.now()
        outbox.queue(
            session,
            key=f"alarm:{alarm.id}:{now:%Y%m%d%H}",
            to=services.settings.alarm_email,
            mail=operator_mails.alarm(services.settings, alarm),
        )
        alarm.mailed_at = now
        return True


def _not_mailed() -> Select[Alarm]:
    rose_since = or_(
        Alarm.mailed_at.is_(None),
        clock.is_implausibly_future(Alarm.mailed_at, timedelta(0)),
        (Alarm.mailed_at < clock.now() - MAIL_EVERY) & (Alarm.last_at > Alarm.mailed_at),
    )
    return select(Alarm).where(Alarm.acknowledged_at.is_(None), rose_since).order_by(Alarm.id).limit(1)
