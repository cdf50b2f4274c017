"""How long bounces are remembered (DATA-21): why for half a year, that it was so for a little over one."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from carrel import clock
from carrel.services import Services
from newsletter.bounces.models import Bounce

EVERY_SECONDS = 3600.0
REASON_KEPT = timedelta(days=180)
KEPT = timedelta(days=400)
BATCH = 1_000


def run_step(services: Services) -> bool:
    """A step of the worker. Whether there may be more."""
    now = clock.now()
    with services.db.write() as session:
        wordy = Bounce.reason != "", Bounce.received_at < now - REASON_KEPT
        session.execute(update(Bounce).where(*wordy).values(reason=""))
        old = select(Bounce.id).where(Bounce.received_at < now - KEPT).limit(BATCH)
        deleting = delete(Bounce).where(Bounce.id.in_(old.scalar_subquery()))
        return len(session.scalars(deleting.returning(Bounce.id)).all()) == BATCH
