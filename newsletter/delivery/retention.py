"""What a mail server said about a delivery is forgotten after half a year; that it was made stays (DATA-21)."""

from datetime import timedelta

from sqlalchemy import select, update

from carrel import clock
from carrel.services import Services
from newsletter.issues.models import Delivery

EVERY_SECONDS = 3600.0
KEPT = timedelta(days=180)
BATCH = 1_000


def run_step(services: Services) -> bool:
    """A step of the worker. Whether there may be more."""
    with services.db.write() as session:
        old = select(Delivery.id).where(Delivery.problem != "", Delivery.ended_at < clock.now() - KEPT)
        forgetting = update(Delivery).where(Delivery.id.in_(old.limit(BATCH))).values(problem="")
        without_sync = forgetting.execution_options(synchronize_session=False)
        return len(session.scalars(without_sync.returning(Delivery.id)).all()) == BATCH
