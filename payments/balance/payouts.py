"""What an automatic payout pays out, and whether it adds up (https://docs.stripe.com/payouts/reconciliation)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from carrel.mail import alarms
from payments.account_models import BalanceTransaction
from payments.payment_context import PaymentContext
from payments.prices import price
from payments.stripe.client import StripeRefusedError

log = structlog.get_logger()
COMPLETED: Final = "completed"  # Stripe knows what it pays out; never of a payout by hand
AT_ONCE: Final = 500


def read_next(context: PaymentContext) -> bool:
    """Read what the oldest payout pays out that was not read yet. Whether there was one.

    Raises `StripeUnavailableError`.
    """
    unread = select(BalanceTransaction).where(
        BalanceTransaction.type == "payout",
        BalanceTransaction.payout_state == COMPLETED,
        BalanceTransaction.payout_id.is_(None),
    )
    with context.db.read() as session:
        payout = session.scalars(unread.order_by(BalanceTransaction.created_at).limit(1)).one_or_none()
    if payout is None or payout.source_id is None:
        return False
    try:
        ids = context.stripe.list_payout(payout.source_id)
    except StripeRefusedError as error:
        log.warning("payout cannot be listed", payout=payout.source_id, code=error.code)
        ids = []
    with context.db.write() as session:
        _assign(session, payout.source_id, [payout.stripe_id, *ids])
        _check(session, payout)
    return True


@dataclass(frozen=True)
class Payout:
    """A payout, positive amounts in cents. `count` is how many transactions it pays out; None if Stripe cannot say."""

    stripe_id: str
    created_at: datetime
    currency: str
    amount: int
    count: int | None
    difference: int

    @property
    def adds_up(self) -> bool:
        """Whether it is what its transactions come to."""
        return self.count is not None and self.difference == 0


def payouts_between(session: Session, begin: datetime, end: datetime) -> list[Payout]:
    """The payouts of a period, oldest first."""
    made = select(BalanceTransaction).where(
        BalanceTransaction.type == "payout",
        BalanceTransaction.created_at >= begin,
        BalanceTransaction.created_at < end,
    )
    return [_payout(session, row) for row in session.scalars(made.order_by(BalanceTransaction.created_at))]


def _payout(session: Session, row: BalanceTransaction) -> Payout:
    payout_id = str(row.source_id)
    counted = select(func.count()).where(
        BalanceTransaction.payout_id == payout_id, BalanceTransaction.id != row.id
    )
    return Payout(
        payout_id,
        row.created_at,
        row.currency,
        -row.net_cents,
        session.scalar(counted) if row.payout_id else None,
        unpaid_total(session, payout_id),
    )


def unpaid_total(session: Session, payout_id: str) -> int:
    """What an automatic payout pays out less what it is made of, in cents: 0 if it adds up."""
    total = func.coalesce(func.sum(BalanceTransaction.net_cents), 0)
    return int(session.scalar(select(total).where(BalanceTransaction.payout_id == payout_id)) or 0)


def _assign(session: Session, payout_id: str, ids: list[str]) -> None:
    for start in range(0, len(ids), AT_ONCE):
        part = update(BalanceTransaction).where(
            BalanceTransaction.stripe_id.in_(ids[start : start + AT_ONCE])
        )
        session.execute(part.values(payout_id=payout_id))


def _check(session: Session, payout: BalanceTransaction) -> None:
    if difference := unpaid_total(session, str(payout.source_id)):
        alarms.raise_alarm(
            session,
            f"payout:{payout.source_id}"[:80],
            "A payout does not add up",
            f"{payout.source_id} over {price(-payout.net_cents, payout.currency)} differs from its transactions by "
            f"{price(difference, payout.currency)}. Compare it with Stripe's payout reconciliation report.",
        )
