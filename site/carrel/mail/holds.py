"""Holding all mail after a restoration, until the operator decides about what may have gone out before (DATA-12).

A mail that somebody waits for, asked for after the restoration, cannot be a second one: it goes.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.mail.models import MailHold, MailState, OutboxMail
from carrel.mail.outbox import ASKED, WIPED

SKIPPED = "held after a backup was restored, and counted as mailed"


class NotReconciledError(Exception):
    """What Stripe knows is not entered yet, so that nobody can tell which mails are second ones."""


def begin(session: Session, *, backup_made_at: datetime) -> None:
    """Hold all mail from now on."""
    session.execute(delete(MailHold))
    session.add(MailHold(id=1, since=clock.now(), backup_made_at=backup_made_at))


def as_statement(since: datetime, backup_made_at: datetime) -> str:
    """The same for PostgreSQL's own programs."""
    values = f"1, '{since.isoformat()}', '{backup_made_at.isoformat()}'"
    return f"DELETE FROM mail_hold; INSERT INTO mail_hold (id, since, backup_made_at) VALUES ({values})"  # noqa: S608 - times


def current(session: Session) -> MailHold | None:
    """The hold, if there is one."""
    return session.get(MailHold, 1)


def is_held(session: Session) -> bool:
    """Whether bulk mail must wait."""
    return session.scalar(select(exists(select(MailHold.id)))) or False


def may_go() -> ColumnElement[bool]:
    """Whether a mail of the outbox may be sent."""
    holds_it = or_(OutboxMail.pace != ASKED.name, OutboxMail.created_at <= MailHold.since)
    return ~exists(select(MailHold.id).where(holds_it))


def note_reconciled(session: Session) -> None:
    """What Stripe knows is entered: what is queued from now on has causes of now."""
    session.execute(
        update(MailHold).where(MailHold.reconciled_at.is_(None)).values(reconciled_at=clock.now())
    )


def release(session: Session, actor: str, *, skip: bool) -> int | None:
    """Let the mail go on; how many mails were skipped, None when none was held. Raises `NotReconciledError`.

    `skip` counts what was queued before the reconciliation as mailed. Mails that people waited for are never
    sent late.
    """
    hold = current(session)
    if hold is None:
        return None
    if hold.reconciled_at is None:
        raise NotReconciledError
    late = and_(OutboxMail.pace == ASKED.name, OutboxMail.created_at <= hold.since)
    doubtful = or_(late, OutboxMail.created_at <= hold.reconciled_at) if skip else late
    count = _skip(session, doubtful)
    session.delete(hold)
    kind = "skip" if skip else "again"
    audit.record(session, actor=actor, action=f"mail.resume.{kind}", subject="mail", after={"skipped": count})
    return count


def _skip(session: Session, which: ColumnElement[bool]) -> int:
    queued = update(OutboxMail).where(OutboxMail.state.in_([MailState.QUEUED, MailState.CLAIMED]), which)
    over = queued.values(state=MailState.SUPPRESSED, owner=None, problem=SKIPPED, ended_at=clock.now())
    skipped = session.scalars(over.returning(OutboxMail.id)).all()
    private = update(OutboxMail).where(OutboxMail.id.in_(skipped), OutboxMail.private)
    session.execute(private.values(**WIPED))
    return len(skipped)
