"""Whether the ledger and Stripe's balance agree about every payment of ours."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from payments.account_models import BalanceListing, BalanceTransaction
from payments.balance.months import GROUPS, Group
from payments.ledger.entitlement import RefundEntry, refunded_cents
from payments.models import Payment, Refund

SETTLED_AFTER: Final = timedelta(hours=1)  # until then Stripe may not list what it has just done
COUNTED: Final = [category for category, group in GROUPS.items() if group in {Group.PAYMENTS, Group.REFUNDS}]


def disagreements(session: Session) -> list[str]:
    """The payment intents of which the ledger and the balance have kept different amounts, oldest first."""
    until = session.scalar(select(BalanceListing.complete_until))
    if until is None:
        return []
    balance, refunds = _kept_in_balance(session), _refunds(session)
    paid = select(Payment.id, Payment.payment_intent, Payment.amount_cents, Payment.recorded_at).where(
        Payment.payment_intent.is_not(None), Payment.amount_cents > 0
    )
    return [
        str(intent)
        for payment_id, intent, cents, recorded_at in session.execute(paid.order_by(Payment.id))
        if _changed_at(recorded_at, refunds[payment_id]) < until - SETTLED_AFTER
        and balance.get(str(intent)) != cents - _refunded(payment_id, refunds[payment_id])
    ]


def _changed_at(recorded_at: datetime, refunds: Sequence[Refund]) -> datetime:
    return max([recorded_at, *(refund.recorded_at for refund in refunds)])


def _refunded(payment_id: int, refunds: Sequence[Refund]) -> int:
    states = (RefundEntry(r.payment_id, r.stripe_id, r.seq, r.amount_cents, r.status) for r in refunds)
    return refunded_cents(payment_id, states)


def _kept_in_balance(session: Session) -> dict[str, int]:
    kept = select(BalanceTransaction.payment_intent, func.sum(BalanceTransaction.customer_cents))
    of_payments = kept.where(
        BalanceTransaction.payment_intent.is_not(None), BalanceTransaction.category.in_(COUNTED)
    )
    rows = session.execute(of_payments.group_by(BalanceTransaction.payment_intent))
    return {str(intent): int(cents or 0) for intent, cents in rows}


def _refunds(session: Session) -> dict[int, list[Refund]]:
    by_payment: dict[int, list[Refund]] = defaultdict(list)
    for refund in session.scalars(select(Refund)):
        by_payment[refund.payment_id].append(refund)
    return by_payment
