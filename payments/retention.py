"""Retention: handled events, unpaid orders, and reconciliation runs are deleted after ninety days (DATA-21).

The words of gifts have times of their own.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from carrel import clock
from carrel.services import Services
from payments.gifts.retention import forget_old_words
from payments.models import Order, Payment, Reconciliation, StripeEvent

KEEP_FOR: Final = timedelta(days=90)
BATCH: Final = 1_000


def run_step(services: Services) -> bool:
    """Worker: delete one batch of expired rows. Whether there may be more."""
    cutoff = clock.now() - KEEP_FOR
    paid = select(Payment.id).where(Payment.order_id == Order.id)
    with services.db.write() as session:
        deleted = [
            _delete_batch(session, StripeEvent.id, StripeEvent.handled_at < cutoff),
            _delete_batch(
                session, Order.id, Order.created_at < cutoff, Order.state != "pending", ~paid.exists()
            ),
            _delete_batch(session, Reconciliation.id, Reconciliation.finished_at < cutoff),
            forget_old_words(session),
        ]
    return any(deleted)


def _delete_batch(session: Session, key: InstrumentedAttribute[int], *conditions: ColumnElement[bool]) -> int:
    ids = session.scalars(select(key).where(*conditions).limit(BATCH)).all()
    session.execute(delete(key.class_).where(key.in_(ids)))
    return len(ids)
