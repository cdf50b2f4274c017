"""The accounts: the whole account's balance as Stripe settles it, and this site's sales in the ledger's own money."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from payments.account_models import BalanceTransaction
from payments.balance.months import Group, Month, Movement, bounds, month_of, months, next_month
from payments.models import Payment


class OwnTransaction(NamedTuple):
    """A transaction of a payment in our ledger; what belongs to the payment begins with `paid`."""

    created_at: datetime
    category: str
    amount: int
    fee: int
    fee_tax: int
    customer_amount: int
    payment_id: int
    paid_currency: str
    paid_amount: int
    paid_tax: int
    paid_discount: int

    def in_order_money(self, cents: int) -> int:
        """An amount of the settlement currency in that of the order, at the rate of this transaction."""
        if self.customer_amount == self.amount:
            return cents
        return rounded(cents * abs(self.customer_amount), abs(self.amount))


def balance_months(session: Session) -> list[Month]:
    """The account's months, in the currencies in which it is settled. Whatever else it is used for is in them."""
    return months(_sums_by_month(session))


def sales_months(session: Session) -> list[Month]:
    """The months of this site's payments, in the currencies of their orders. They have no balance and no payouts."""
    return months(own_movements(own_transactions(session)))


def own_transactions(session: Session, *conditions: ColumnElement[bool]) -> Iterator[OwnTransaction]:
    """The transactions of our payments, oldest first."""
    joined = select(
        BalanceTransaction.created_at,
        BalanceTransaction.category,
        BalanceTransaction.amount_cents,
        BalanceTransaction.fee_cents,
        BalanceTransaction.fee_tax_cents,
        func.coalesce(BalanceTransaction.customer_cents, 0),
        Payment.id,
        Payment.currency,
        Payment.amount_cents,
        func.coalesce(Payment.tax_cents, 0),
        func.coalesce(Payment.discount_cents, 0),
    ).join(Payment, Payment.payment_intent == BalanceTransaction.payment_intent)
    in_order = joined.where(*conditions).order_by(BalanceTransaction.created_at, BalanceTransaction.id.desc())
    return (OwnTransaction(*row) for row in session.execute(in_order).yield_per(1_000))


def own_movements(transactions: Iterable[OwnTransaction]) -> Iterator[Movement]:
    """The same in the money of the orders. A refund returns tax in proportion, to the cent when all is refunded."""
    refunded: dict[int, int] = defaultdict(int)
    for own in transactions:
        movement = Movement(
            own.created_at,
            own.paid_currency,
            own.category,
            own.customer_amount,
            own.in_order_money(own.fee),
            own.in_order_money(own.fee_tax),
        )
        if own.category == "charge":
            movement = movement._replace(tax=own.paid_tax, discount=own.paid_discount)
        elif own.paid_tax and movement.group is Group.REFUNDS:
            before = refunded[own.payment_id]
            refunded[own.payment_id] = after = before - own.customer_amount
            movement = movement._replace(tax=_tax_in(own, before) - _tax_in(own, after))
        yield movement


def fees_by_payment(session: Session, since: datetime) -> dict[int, int]:
    """All that Stripe took for each payment made since then, in the money of the order, by the payment's id."""
    fees: dict[int, int] = defaultdict(int)
    for own in own_transactions(session, Payment.paid_at >= since):
        fees[own.payment_id] += own.in_order_money(own.fee)
    return fees


def rounded(dividend: int, divisor: int) -> int:
    """Their quotient in whole cents, halves away from zero."""
    if divisor == 0:
        return 0
    cents = (2 * abs(dividend) + divisor) // (2 * divisor)
    return cents if dividend >= 0 else -cents


def _tax_in(own: OwnTransaction, refunded: int) -> int:
    return rounded(own.paid_tax * refunded, own.paid_amount)


def _sums_by_month(session: Session) -> Iterator[Movement]:
    """One movement for each month, currency, and category: the database adds."""
    created_at = BalanceTransaction.created_at
    oldest, newest = session.execute(select(func.min(created_at), func.max(created_at))).one()
    sums = select(
        BalanceTransaction.currency,
        BalanceTransaction.category,
        func.sum(BalanceTransaction.amount_cents),
        func.sum(BalanceTransaction.fee_cents),
        func.sum(BalanceTransaction.fee_tax_cents),
        func.count(),
    ).group_by(BalanceTransaction.currency, BalanceTransaction.category)
    first = month_of(oldest) if oldest else None
    while first and first <= month_of(newest):
        begin, end = bounds(first)
        for currency, category, amount, fee, fee_tax, count in session.execute(
            sums.where(created_at >= begin, created_at < end)
        ):
            yield Movement(begin, currency, category, int(amount), int(fee), int(fee_tax), transactions=count)
        first = next_month(first)
