"""What is thrown away, and when: handled events and unpaid orders after ninety days (DATA-21)."""

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from carrel import clock
from carrel.http.services import Services
from payments.models import Order, Payment, Reconciliation, StripeEvent

KEPT: Final = timedelta(days=90)
BATCH: Final = 1_000


def throw_away(services: Services) -> bool:
    """Worker: one batch of what is too old. Whether there may be more."""
    old = clock.now() - KEPT
    paid = select(Payment.id).where(Payment.order_id == Order.id)
    with services.db.write() as session:
        gone = [
            _delete(session, StripeEvent.id, StripeEvent.handled_at < old),
            _delete(session, Order.id, Order.created_at < old, Order.state != "pending", ~paid.exists()),
            _delete(session, Reconciliation.id, Reconciliation.finished_at < old),
        ]
    return any(gone)


def _delete(session: Session, key: InstrumentedAttribute[int], *which: ColumnElement[bool]) -> int:
    ids = session.scalars(select(key).where(*which).limit(BATCH)).all()
    session.execute(delete(key.class_).where(key.in_(ids)))
    return len(ids)
