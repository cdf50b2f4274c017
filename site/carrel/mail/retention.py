"""How long the tables of mail remember (DATA-21)."""

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail.models import Alarm, OutboxMail, Suppression, SuppressionKind
from carrel.mail.outbox import WIPED

READABLE = timedelta(days=30)  # then the row keeps its key and its end, and forgets the person
KEPT = timedelta(days=180)
BATCH = 500


def forget_old(session: Session) -> bool:
    """Forget what was kept long enough. Whether there may be more."""
    now = clock.now()
    readable = update(OutboxMail).where(OutboxMail.to_key != "", OutboxMail.ended_at < now - READABLE)
    session.execute(readable.values(**WIPED, subject=""))
    # Why an address must not be mailed goes; that it must not stays.
    bounced = Suppression.kind != SuppressionKind.BY_HAND, Suppression.since < now - KEPT
    session.execute(update(Suppression).where(Suppression.note != "", *bounced).values(note=""))
    session.execute(delete(Alarm).where(Alarm.acknowledged_at < now - KEPT))
    old = select(OutboxMail.id).where(OutboxMail.ended_at < now - KEPT).limit(BATCH)
    deleting = delete(OutboxMail).where(OutboxMail.id.in_(old.scalar_subquery()))
    return len(session.scalars(deleting.returning(OutboxMail.id)).all()) == BATCH
