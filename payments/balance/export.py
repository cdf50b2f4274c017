"""The accounts as files, in whole dollars and cents, so that they can be held against Stripe's own reports.

The columns of the transactions are named like those of Stripe's report `balance_change_from_activity.itemized.3`
(https://docs.stripe.com/reports/report-types/balance), with ours after them.
"""

from collections.abc import Iterable
from datetime import UTC, date
from decimal import Decimal

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from carrel.csv_export import Cell, to_csv
from payments.account_models import BalanceTransaction
from payments.balance.months import Group, Month, bounds
from payments.models import Order, Payment
from payments.prices import major_units

BALANCE_HEADER = (
    "month",
    "currency",
    "opening_balance",
    "payments",
    "refunds",
    "chargebacks",
    "payment_fees",
    "dispute_fees",
    "other_fees",
    "tax_within_fees",
    "other",
    "payouts",
    "closing_balance",
)
SALES_HEADER = (
    "month",
    "currency",
    "passes",
    "paid",
    "tax_within_paid_less_refunds",
    "discounts_given",
    "refunds",
    "chargebacks",
    "payment_fees",
    "dispute_fees",
    "kept",
)
TRANSACTIONS_HEADER = (
    "balance_transaction_id",
    "created_utc",
    "available_on_utc",
    "currency",
    "gross",
    "fee",
    "net",
    "reporting_category",
    "source_id",
    "customer_facing_amount",
    "customer_facing_currency",
    "payment_intent_id",
    "automatic_payout_id",
    "order",
    "paid",
    "tax",
    "discount",
    "tax_within_fee",
    "exchange_rate",
)


def balance_csv(months: Iterable[Month]) -> str:
    """The account by month, in the currencies in which it is settled."""
    rows: list[list[Cell]] = [
        [
            f"{month.first:%Y-%m}",
            month.currency,
            *_money(
                month.currency,
                month.opening,
                *(month.amounts[group] for group in (Group.PAYMENTS, Group.REFUNDS, Group.CHARGEBACKS)),
                month.payment_fees,
                month.dispute_fees,
                month.other_fees,
                month.fee_tax,
                month.amounts[Group.OTHER],
                month.amounts[Group.PAYOUTS],
                month.closing,
            ),
        ]
        for month in months
    ]
    return to_csv(BALANCE_HEADER, rows)


def sales_csv(months: Iterable[Month]) -> str:
    """This site's sales by month, in the currencies of the orders."""
    rows: list[list[Cell]] = [
        [
            f"{month.first:%Y-%m}",
            month.currency,
            month.payment_count,
            *_money(
                month.currency,
                month.amounts[Group.PAYMENTS],
                month.tax,
                month.discounts,
                month.amounts[Group.REFUNDS],
                month.amounts[Group.CHARGEBACKS],
                month.payment_fees,
                month.dispute_fees,
                month.net,
            ),
        ]
        for month in months
    ]
    return to_csv(SALES_HEADER, rows)


def transactions_csv(session: Session, first: date) -> str:
    """Every transaction of one month, the oldest first."""
    begin, end = bounds(first)
    query = (
        select(BalanceTransaction, Payment, Order.reference)
        .outerjoin(Payment, Payment.payment_intent == BalanceTransaction.payment_intent)
        .outerjoin(Order, Order.id == Payment.order_id)
        .where(BalanceTransaction.created_at >= begin, BalanceTransaction.created_at < end)
        .order_by(BalanceTransaction.created_at, BalanceTransaction.id.desc())
    )
    return to_csv(TRANSACTIONS_HEADER, [_transaction(row) for row in session.execute(query)])


def _transaction(row: Row[BalanceTransaction, Payment | None, str | None]) -> list[Cell]:
    transaction, payment, reference = row
    currency = transaction.currency
    paid = payment if payment and transaction.category == "charge" else None
    return [
        transaction.stripe_id,
        f"{transaction.created_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        f"{transaction.available_on.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        currency,
        *_money(currency, transaction.amount_cents, transaction.fee_cents, transaction.net_cents),
        transaction.category,
        transaction.source_id,
        _optional(transaction.customer_cents, transaction.customer_currency),
        transaction.customer_currency,
        transaction.payment_intent,
        transaction.payout_id,
        reference,
        _optional(paid.amount_cents if paid else None, paid.currency if paid else None),
        _optional(paid.tax_cents if paid else None, paid.currency if paid else None),
        _optional(paid.discount_cents if paid else None, paid.currency if paid else None),
        major_units(transaction.fee_tax_cents, currency),
        transaction.exchange_rate,
    ]


def _money(currency: str, *cents: int) -> list[Decimal]:
    return [major_units(each, currency) for each in cents]


def _optional(cents: int | None, currency: str | None) -> Decimal | None:
    return None if cents is None or currency is None else major_units(cents, currency)
