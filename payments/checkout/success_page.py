"""Coming back from Checkout: the page trusts nothing in its address, it asks Stripe (PAY-18)."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import clock
from payments.fulfillment.fulfill import fulfill
from payments.ledger import entries
from payments.ledger.entitlement import entitled
from payments.models import Order, Payment
from payments.payment_context import PaymentContext
from payments.stripe.events import AN_ID

log = structlog.get_logger()
# Every process of ours knows of the pass by then (editions.POLL_SECONDS): going back shows no ads.
KNOWN_AFTER: Final = timedelta(seconds=1)


class Arrival(StrEnum):
    """What the page says."""

    ACTIVE = "active"
    PROCESSING = "processing"
    FAILED = "failed"
    NOT_YOURS = "not yours"
    SECOND = "second"
    HELD = "held"
    ENDED = "ended"


@dataclass(frozen=True)
class Welcome:
    """How somebody arrives, and where they came from."""

    arrival: Arrival
    return_to: str = "/"
    is_known_everywhere: bool = False


def arrive(shop: PaymentContext, session_id: str, reader_id: int | None) -> Welcome:
    """What became of a session, for this reader. Nobody else is told anything about it.

    Whoever opens the page, what Stripe knows is entered. Nothing that fails there is shown as an error: the
    money may have moved, and webhook and reconciliation will tell.
    """
    if not AN_ID.fullmatch(session_id):
        return Welcome(Arrival.NOT_YOURS)
    with shop.db.read() as session:
        order = _order(session, session_id)
    if order is None:
        return Welcome(Arrival.NOT_YOURS)
    if order.state in {"open", "pending"}:
        try:
            fulfill(shop, session_id)
        except Exception as failure:  # see above
            log.warning("not fulfilled on return", session_id=session_id, failure=type(failure).__name__)
    with shop.db.read() as session:
        order = _order(session, session_id)
        if order is None or order.reader_id != reader_id:
            return Welcome(Arrival.NOT_YOURS)
        return _welcome(session, order, session_id)


def _order(session: Session, session_id: str) -> Order | None:
    return session.scalars(select(Order).where(Order.checkout_session_id == session_id)).one_or_none()


def _welcome(session: Session, order: Order, session_id: str) -> Welcome:
    if order.state in {"failed", "expired"}:
        return Welcome(Arrival.FAILED, order.return_to)
    paid = select(Payment).where(Payment.checkout_session_id == session_id)
    payment = session.scalars(paid).one_or_none()
    if payment is None:
        return Welcome(Arrival.PROCESSING, order.return_to)
    if payment.outcome != "granted":
        return Welcome(Arrival(payment.outcome), order.return_to)
    if not entitled(entries.history_of(session, order.reader_id)).ad_free:
        return Welcome(Arrival.ENDED, order.return_to)
    return Welcome(Arrival.ACTIVE, order.return_to, clock.now() - payment.recorded_at > KNOWN_AFTER)
