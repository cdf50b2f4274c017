"""Looking after the outbox once a minute: what dead workers left, what waits too long, what is old."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.logging import struck
from carrel.mail import outbox_queue, retention
from carrel.mail.alarms import raise_alarm
from carrel.mail.models import OutboxMail
from carrel.services import Services

EVERY_SECONDS = 60.0


def run_step(services: Services) -> bool:
    """A step of the worker. Whether there may be more to tidy."""
    with services.db.write() as session:
        _report_uncertain(session, outbox_queue.sweep(session))
        _alarm_when_stuck(session)
        return retention.forget_old(session)


def _report_uncertain(session: Session, ids: list[int]) -> None:
    for mail in session.scalars(select(OutboxMail).where(OutboxMail.id.in_(ids)).order_by(OutboxMail.id)):
        text = f"A worker ended while it handed over {mail.name} (mail {mail.id}). It may have arrived."
        raise_alarm(session, "mail-uncertain", "An email may or may not have been sent", text)


def _alarm_when_stuck(session: Session) -> None:
    stuck = select(OutboxMail).where(outbox_queue.QUEUE.is_stuck(OutboxMail.created_at))
    oldest = session.scalars(stuck.order_by(OutboxMail.created_at).limit(1)).first()
    if oldest:
        text = f"Mail has been waiting since {oldest.created_at:%Y-%m-%d %H:%M UTC}. {struck(oldest.problem)}"
        raise_alarm(session, "mail-stuck", "Email has been waiting for more than an hour", text)
