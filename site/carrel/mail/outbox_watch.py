"""Looking after the outbox once a minute: what dead workers left, what waits too long, what is old."""

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.http.services import Services
from carrel.mail import claims
from carrel.mail.alarms import raise_alarm
from carrel.mail.models import Alarm, Kind, MailState, OutboxMail, Suppression
from carrel.mail.outbox import WIPED

EVERY_SECONDS = 60.0
WAITS_TOO_LONG = timedelta(hours=1)
READABLE = timedelta(days=30)  # then the row keeps its key and its end, and forgets the person
KEPT = timedelta(days=180)
BATCH = 500


def handle_one(services: Services) -> bool:
    """A step of the worker. Whether there may be more to tidy."""
    with services.db.write() as session:
        for mail in claims.sweep(session):
            text = f"A worker ended while it handed over {mail.name} (mail {mail.id}). It may have arrived."
            raise_alarm(session, "mail-uncertain", "It is uncertain whether a mail was sent", text)
        _alarm_when_stuck(session)
        _forget_old(session)
        _forget_bounces(session)
        _drop_seen_alarms(session)
        return _drop_old(session) == BATCH


def _alarm_when_stuck(session: Session) -> None:
    waiting = select(OutboxMail).where(
        OutboxMail.state == MailState.QUEUED, OutboxMail.created_at < clock.now() - WAITS_TOO_LONG
    )
    oldest = session.scalars(waiting.order_by(OutboxMail.created_at).limit(1)).first()
    if oldest:
        text = f"Mail has been waiting since {oldest.created_at:%Y-%m-%d %H:%M UTC}. {oldest.problem}"
        raise_alarm(session, "mail-stuck", "Mail has been waiting for more than an hour", text)


def _forget_old(session: Session) -> None:
    old = OutboxMail.to_key != "", OutboxMail.ended_at < clock.now() - READABLE
    session.execute(update(OutboxMail).where(*old).values(**WIPED, subject=""))


def _forget_bounces(session: Session) -> None:
    """Why an address must not be mailed goes; that it must not stays (DATA-21)."""
    old = Suppression.note != "", Suppression.kind != Kind.BY_HAND, Suppression.since < clock.now() - KEPT
    session.execute(update(Suppression).where(*old).values(note=""))


def _drop_seen_alarms(session: Session) -> None:
    session.execute(delete(Alarm).where(Alarm.acknowledged_at < clock.now() - KEPT))


def _drop_old(session: Session) -> int:
    old = select(OutboxMail.id).where(OutboxMail.ended_at < clock.now() - KEPT).limit(BATCH)
    gone = delete(OutboxMail).where(OutboxMail.id.in_(old.scalar_subquery())).returning(OutboxMail.id)
    return len(session.scalars(gone).all())
