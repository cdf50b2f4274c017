"""The accounts: the whole account's balance as Stripe settles it, and this site's sales in the ledger's own money."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from payments.account_models import BalanceTransaction
from payments.balance.months import Group, Month, Movement, months
from payments.models import Payment


@dataclass(frozen=True)
class OwnTransaction:
    """A transaction of a payment in our ledger."""

    payment: Payment
    transaction: BalanceTransaction

    @property
    def fee(self) -> int:
        """Its fee in the money of the order."""
        transaction = self.transaction
        if not transaction.amount_cents:
            return transaction.fee_cents
        ratio = Decimal(abs(transaction.customer_cents or 0)) / abs(transaction.amount_cents)
        return rounded(transaction.fee_cents * ratio)

    @property
    def fee_tax(self) -> int:
        """The tax within it."""
        if not self.transaction.fee_cents:
            return 0
        return rounded(Decimal(self.fee) * self.transaction.fee_tax_cents / self.transaction.fee_cents)


def balance_months(session: Session) -> list[Month]:
    """The account's months, in the currencies in which it is settled. Whatever else it is used for is in them."""
    every = select(
        BalanceTransaction.created_at,
        BalanceTransaction.currency,
        BalanceTransaction.category,
        BalanceTransaction.amount_cents,
        BalanceTransaction.fee_cents,
        BalanceTransaction.fee_tax_cents,
    )
    return months(Movement(*row) for row in session.execute(every).yield_per(1_000))


def sales_months(session: Session) -> list[Month]:
    """The months of this site's payments, in the currencies of their orders. They have no balance and no payouts."""
    return months(own_movements(own_transactions(session)))


def own_transactions(session: Session, *conditions: ColumnElement[bool]) -> Iterator[OwnTransaction]:
    """The transactions of our payments, oldest first."""
    for transaction, payment in session.execute(_own(*conditions)).yield_per(1_000):
        yield OwnTransaction(payment, transaction)


def own_movements(transactions: Iterable[OwnTransaction]) -> Iterator[Movement]:
    """The same in the money of the orders. A refund returns tax in proportion, to the cent when all is refunded."""
    refunded: dict[int, int] = defaultdict(int)
    for own in transactions:
        payment, transaction = own.payment, own.transaction
        amount, tax, discount = transaction.customer_cents or 0, 0, 0
        movement = Movement(transaction.created_at, payment.currency, transaction.category, amount)
        if movement.category == "charge":
            tax, discount = payment.tax_cents or 0, payment.discount_cents or 0
        elif movement.group is Group.REFUNDS:
            before, refunded[payment.id] = refunded[payment.id], refunded[payment.id] - amount
            tax = _tax_in(payment, before) - _tax_in(payment, refunded[payment.id])
        yield Movement(
            transaction.created_at,
            payment.currency,
            transaction.category,
            amount,
            own.fee,
            own.fee_tax,
            tax,
            discount,
        )


def fees_by_payment(session: Session, since: datetime) -> dict[int, int]:
    """All that Stripe took for each payment made since then, in the money of the order, by the payment's id."""
    fees: dict[int, int] = defaultdict(int)
    for own in own_transactions(session, Payment.paid_at >= since):
        fees[own.payment.id] += own.fee
    return fees


def rounded(amount: Decimal) -> int:
    """To whole cents, halves away from zero."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def _tax_in(payment: Payment, refunded: int) -> int:
    if not payment.amount_cents:
        return 0
    return rounded(Decimal(payment.tax_cents or 0) * refunded / payment.amount_cents)


def _own(*conditions: ColumnElement[bool]) -> Select[BalanceTransaction, Payment]:
    joined = select(BalanceTransaction, Payment).join(
        Payment, Payment.payment_intent == BalanceTransaction.payment_intent
    )
    return joined.where(*conditions).order_by(BalanceTransaction.created_at, BalanceTransaction.id.desc())
