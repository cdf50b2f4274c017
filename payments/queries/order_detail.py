"""Everything about one order, for the operator."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.accounts import readers
from carrel.accounts.models import Reader
from payments.account_models import EarlyFraudWarning
from payments.gift_models import Gift
from payments.ledger import entries
from payments.ledger.gifts import gift_of
from payments.models import Claim, Dispute, Grant, Order, Payment, Refund, RefundRequest

PaymentRow = TypeVar("PaymentRow", Refund, Dispute, Grant, RefundRequest)
MOST_ORDERS = 20


class OrderNotFoundError(LookupError):
    """There is no order with this reference."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"no order {reference}")
        self.reference = reference


@dataclass(frozen=True)
class OrderDetail:
    """An order, its reader, and its ledger rows, oldest first."""

    order: Order
    reader: Reader
    claim: Claim | None
    payments: Sequence[Payment]
    refunds: Sequence[Refund]
    disputes: Sequence[Dispute]
    grants: Sequence[Grant]
    requests: Sequence[RefundRequest]
    warnings: Sequence[EarlyFraudWarning]
    unrefunded_cents: int  # paid and not refunded
    is_disputed: bool  # Stripe refunds nothing
    gift: Gift | None = None

    @property
    def is_being_refunded(self) -> bool:
        """Whether a refund request is open."""
        return any(request.state == "asked" for request in self.requests)

    @property
    def can_be_refunded(self) -> bool:
        """Whether something is left that Stripe would refund now."""
        return self.unrefunded_cents > 0 and not (self.is_being_refunded or self.is_disputed)


def order_detail(session: Session, reference: str) -> OrderDetail:
    """The order with this reference. Raises `OrderNotFoundError`."""
    order = session.scalars(select(Order).where(Order.reference == reference)).one_or_none()
    if order is None:
        raise OrderNotFoundError(reference)
    return _detail(session, order)


def order_details(session: Session, reader_id: int) -> list[OrderDetail]:
    """The newest orders of a reader that money arrived for, newest first; at most `MOST_ORDERS`."""
    paid = select(Payment.order_id)
    orders = select(Order).where(Order.reader_id == reader_id, Order.id.in_(paid))
    newest = orders.order_by(Order.id.desc()).limit(MOST_ORDERS)
    return [_detail(session, order) for order in session.scalars(newest)]


def _detail(session: Session, order: Order) -> OrderDetail:
    payments = entries.payments_of(session, order)
    ids = [payment.id for payment in payments]
    return OrderDetail(
        order,
        readers.get(session, order.reader_id),
        session.get(Claim, order.id),
        payments,
        _rows(session, Refund, ids),
        _rows(session, Dispute, ids),
        _rows(session, Grant, ids),
        _rows(session, RefundRequest, ids),
        _warnings(session, ids),
        sum(entries.unrefunded_cents(session, payment) for payment in payments),
        any(entries.is_disputed(session, payment) for payment in payments),
        gift_of(session, order),
    )


def _warnings(session: Session, payment_ids: Sequence[int]) -> Sequence[EarlyFraudWarning]:
    found = select(EarlyFraudWarning).where(EarlyFraudWarning.payment_id.in_(payment_ids))
    return session.scalars(found.order_by(EarlyFraudWarning.created_at)).all()


def _rows(session: Session, model: type[PaymentRow], payment_ids: Sequence[int]) -> Sequence[PaymentRow]:
    return session.scalars(select(model).where(model.payment_id.in_(payment_ids)).order_by(model.id)).all()
