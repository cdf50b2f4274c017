"""Holding all mail after a backup was restored, until the operator decides what may have gone out before (DATA-12).

A mail that somebody waits for, asked for after the restore, cannot be a second one: it goes.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.mail.models import MailHold, OutboxMail, OutboxState
from carrel.mail.outbox import PENDING, URGENT, wipe_private

SKIPPED = "held after a backup was restored, and counted as sent"


class NotReconciledError(Exception):
    """What Stripe knows is not entered yet, so that nobody can tell which mails are second ones."""


def start(session: Session, *, backup_made_at: datetime) -> None:
    """Hold all mail from now on."""
    session.execute(delete(MailHold))
    session.add(MailHold(id=1, since=clock.now(), backup_made_at=backup_made_at))


def start_sql(since: datetime, backup_made_at: datetime) -> str:
    """`start` as SQL, for PostgreSQL's own programs."""
    values = f"1, '{since.isoformat()}', '{backup_made_at.isoformat()}'"
    return f"DELETE FROM mail_hold; INSERT INTO mail_hold (id, since, backup_made_at) VALUES ({values})"  # noqa: S608 - times


def current(session: Session) -> MailHold | None:
    """The hold, if there is one."""
    return session.get(MailHold, 1)


def is_held(session: Session) -> bool:
    """Whether bulk mail must wait."""
    return session.scalar(select(exists(select(MailHold.id)))) or False


def may_send() -> ColumnElement[bool]:
    """Whether a mail of the outbox may be sent, as a condition over `OutboxMail`."""
    is_held_back = or_(OutboxMail.priority != URGENT.name, OutboxMail.created_at <= MailHold.since)
    return ~exists(select(MailHold.id).where(is_held_back))


def mark_reconciled(session: Session) -> None:
    """What Stripe knows is entered: what is queued from now on has causes of now."""
    session.execute(
        update(MailHold).where(MailHold.reconciled_at.is_(None)).values(reconciled_at=clock.now())
    )


def release(session: Session, actor: str, *, skip: bool) -> int | None:
    """Let the mail go on; how many mails were skipped, None when none was held. Raises `NotReconciledError`.

    `skip` counts what was queued before the reconciliation as mailed. Urgent mails are never sent late.
    """
    hold = current(session)
    if hold is None:
        return None
    if hold.reconciled_at is None:
        raise NotReconciledError
    late = and_(OutboxMail.priority == URGENT.name, OutboxMail.created_at <= hold.since)
    doubtful = or_(late, OutboxMail.created_at <= hold.reconciled_at) if skip else late
    count = _skip(session, doubtful)
    session.delete(hold)
    kind = "skip" if skip else "again"
    audit.record(session, actor=actor, action=f"mail.resume.{kind}", subject="mail", after={"skipped": count})
    return count


def _skip(session: Session, doubtful: ColumnElement[bool]) -> int:
    pending = update(OutboxMail).where(OutboxMail.state.in_(PENDING), doubtful)
    skipping = pending.values(state=OutboxState.SUPPRESSED, owner=None, problem=SKIPPED, ended_at=clock.now())
    skipped = session.scalars(skipping.returning(OutboxMail.id)).all()
    wipe_private(session, skipped)
    return len(skipped)
