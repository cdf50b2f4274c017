"""Balance transactions and early fraud warnings; the tax and discount of a payment"""

import sqlalchemy as sa
from alembic import op

from carrel.db import UtcDateTime

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment", sa.Column("tax_cents", sa.Integer(), nullable=True))
    op.add_column("payment", sa.Column("discount_cents", sa.Integer(), nullable=True))
    _balance_transactions()
    op.create_table(
        "balance_listing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complete_until", UtcDateTime(), nullable=True),
        sa.Column("began_at", UtcDateTime(), nullable=True),
        sa.Column("cursor", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_listing")),
    )
    _early_fraud_warnings()


def _balance_transactions() -> None:
    op.create_table(
        "balance_transaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stripe_id", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("category", sa.String(length=80), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("available_on", UtcDateTime(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_tax_cents", sa.BigInteger(), nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("exchange_rate", sa.String(length=40), nullable=True),
        sa.Column("customer_cents", sa.BigInteger(), nullable=True),
        sa.Column("customer_currency", sa.String(length=3), nullable=True),
        sa.Column("source_id", sa.String(length=255), nullable=True),
        sa.Column("payment_intent", sa.String(length=255), nullable=True),
        sa.Column("payout_state", sa.String(length=40), nullable=True),
        sa.Column("payout_id", sa.String(length=255), nullable=True),
        sa.CheckConstraint("net_cents = amount_cents - fee_cents", name=op.f("ck_balance_transaction_net")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_transaction")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_balance_transaction_stripe_id")),
    )
    for column in ("created_at", "payment_intent", "payout_state", "payout_id"):
        op.create_index(op.f(f"ix_balance_transaction_{column}"), "balance_transaction", [column])


def _early_fraud_warnings() -> None:
    op.create_table(
        "early_fraud_warning",
        sa.Column("stripe_id", sa.String(length=255), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("fraud_type", sa.String(length=80), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("refund_request_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_early_fraud_warning_payment_id")
        ),
        sa.ForeignKeyConstraint(
            ["refund_request_id"],
            ["refund_request.id"],
            name=op.f("fk_early_fraud_warning_refund_request_id"),
        ),
        sa.PrimaryKeyConstraint("stripe_id", name=op.f("pk_early_fraud_warning")),
        sa.UniqueConstraint("refund_request_id", name=op.f("uq_early_fraud_warning_refund_request_id")),
    )
    op.create_index(op.f("ix_early_fraud_warning_payment_id"), "early_fraud_warning", ["payment_id"])
