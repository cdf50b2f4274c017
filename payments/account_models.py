"""What Stripe says about the account: balance transactions, how far they are listed, early fraud warnings.

A copy of what Stripe has, not the ledger: it can be listed anew, and what Stripe restates is overwritten. No row
names a person.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from carrel.db import Base, UtcDateTime

STRIPE_ID = String(255)


class BalanceTransaction(Base):
    """A movement of the account's balance (https://docs.stripe.com/api/balance_transactions/object).

    Amounts are in the minor unit of `currency`, in which the account is settled; `fee_cents` is positive when Stripe
    takes it, and `fee_tax_cents` is the part of it that is tax. `customer_cents` is what the buyer paid or got back,
    in the currency of the order.
    """

    __tablename__ = "balance_transaction"
    __table_args__ = (CheckConstraint("net_cents = amount_cents - fee_cents", name="net"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stripe_id: Mapped[str] = mapped_column(STRIPE_ID, unique=True)
    type: Mapped[str] = mapped_column(String(80))
    category: Mapped[str] = mapped_column(String(80))  # https://docs.stripe.com/reports/reporting-categories
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    available_on: Mapped[datetime] = mapped_column(UtcDateTime)
    currency: Mapped[str] = mapped_column(String(3))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    fee_cents: Mapped[int] = mapped_column(BigInteger)
    fee_tax_cents: Mapped[int] = mapped_column(BigInteger)
    net_cents: Mapped[int] = mapped_column(BigInteger)
    # As Stripe writes it: an amount in the buyer's currency times this is one in the account's.
    exchange_rate: Mapped[str | None] = mapped_column(String(40))
    customer_cents: Mapped[int | None] = mapped_column(BigInteger)
    customer_currency: Mapped[str | None] = mapped_column(String(3))
    source_id: Mapped[str | None] = mapped_column(STRIPE_ID)
    payment_intent: Mapped[str | None] = mapped_column(STRIPE_ID, index=True)
    payout_state: Mapped[str | None] = mapped_column(
        String(40), index=True
    )  # of a payout: its `reconciliation_status`
    payout_id: Mapped[str | None] = mapped_column(STRIPE_ID, index=True)  # the automatic payout it is part of


class BalanceListing(Base):
    """How far balance transactions are listed: one row. Between `began_at` and its end, `cursor` is the last one read."""

    __tablename__ = "balance_listing"

    id: Mapped[int] = mapped_column(primary_key=True)
    complete_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cursor: Mapped[str] = mapped_column(STRIPE_ID, default="")


class EarlyFraudWarning(Base):
    """A bank's warning that one of our payments may be fraud; with the refund that we made of it, if any."""

    __tablename__ = "early_fraud_warning"

    stripe_id: Mapped[str] = mapped_column(STRIPE_ID, primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    fraud_type: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    refund_request_id: Mapped[int | None] = mapped_column(ForeignKey("refund_request.id"), unique=True)
