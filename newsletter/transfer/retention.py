"""How long the lines of imports are kept: of one that nobody carried out for a day, what became of the others a month.

That there was an import, and how many lines had which fate, stays.
"""

from datetime import timedelta

from sqlalchemy import delete, select

from carrel import clock
from carrel.services import Services
from newsletter.transfer.models import ImportState, SubscriberImport, SubscriberImportBatch

EVERY_SECONDS = 3600.0
UNUSED_KEPT = timedelta(days=1)
RESULTS_KEPT = timedelta(days=30)


def run_step(services: Services) -> bool:
    """A step of the worker. Whether there may be more: it does everything at once."""
    now = clock.now()
    unused = SubscriberImport.state == ImportState.CHECKED, SubscriberImport.created_at < now - UNUSED_KEPT
    over = select(SubscriberImport.id).where(SubscriberImport.finished_at < now - RESULTS_KEPT)
    with services.db.write() as session:
        session.execute(delete(SubscriberImport).where(*unused))
        session.execute(delete(SubscriberImportBatch).where(SubscriberImportBatch.import_id.in_(over)))
    return False
