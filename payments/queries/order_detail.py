"""Everything about one order, for the operator."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.accounts import readers
from carrel.accounts.models import Reader
from payments.ledger import entries
from payments.models import Claim, Dispute, Grant, Order, Payment, Refund, RefundRequest

Entry = TypeVar("Entry", Refund, Dispute, Grant, RefundRequest)


class OrderNotFoundError(LookupError):
    """There is no order with this reference."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"no order {reference}")
        self.reference = reference


@dataclass(frozen=True)
class Dossier:
    """An order, its reader, and all that the ledger says of it, oldest first."""

    order: Order
    reader: Reader
    claim: Claim | None
    payments: Sequence[Payment]
    refunds: Sequence[Refund]
    disputes: Sequence[Dispute]
    grants: Sequence[Grant]
    requests: Sequence[RefundRequest]
    left_cents: int  # of what was paid, not given back

    @property
    def is_being_refunded(self) -> bool:
        """A refund waits for Stripe."""
        return any(request.state == "asked" for request in self.requests)


def compile_(session: Session, reference: str) -> Dossier:
    """The order of that reference. Raises `OrderNotFoundError`."""
    order = session.scalars(select(Order).where(Order.reference == reference)).one_or_none()
    if order is None:
        raise OrderNotFoundError(reference)
    paid = session.scalars(select(Payment).where(Payment.order_id == order.id).order_by(Payment.id)).all()
    ids = [payment.id for payment in paid]
    return Dossier(
        order,
        readers.get(session, order.reader_id),
        session.get(Claim, order.id),
        paid,
        _of(session, Refund, ids),
        _of(session, Dispute, ids),
        _of(session, Grant, ids),
        _of(session, RefundRequest, ids),
        sum(entries.left_of(session, payment) for payment in paid),
    )


def _of(session: Session, kind: type[Entry], payments: Sequence[int]) -> Sequence[Entry]:
    return session.scalars(select(kind).where(kind.payment_id.in_(payments)).order_by(kind.id)).all()
