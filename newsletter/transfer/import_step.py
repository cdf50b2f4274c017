"""The worker carries imports out, batch by batch."""

from sqlalchemy import select

from carrel.services import Services
from newsletter.transfer.importer import carry_out_batch
from newsletter.transfer.models import ImportState, SubscriberImport


def run_step(services: Services) -> bool:
    """A step of the worker: the next batch of the oldest import. Whether there may be more."""
    running = select(SubscriberImport.id).where(SubscriberImport.state == ImportState.RUNNING)
    with services.db.read() as session:
        import_id = session.scalars(running.order_by(SubscriberImport.id).limit(1)).first()
    return import_id is not None and carry_out_batch(services.db, import_id)
