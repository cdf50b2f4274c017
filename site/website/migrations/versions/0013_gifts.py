"""Gifts and who redeemed them. A gift is redeemed once, and a grant is held by one reader: the database says so too"""

import sqlalchemy as sa
from alembic import op

from carrel.db import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FIXED = {
    "pass_gift": "id, order_id, actor, reason, created_at",
    "gift_redemption": "gift_id, grant_id, redeemed_at",
}


def upgrade() -> None:
    op.create_table(
        "pass_gift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("code_nonce", sa.LargeBinary(length=16), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("giver", sa.String(length=60), nullable=False),
        sa.Column("message", sa.String(length=300), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=True),
        sa.Column("recipient_key", sa.String(length=254), nullable=True),
        sa.Column("send_at", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("sent_count", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(order_id IS NULL) = (actor <> '')", name=op.f("ck_pass_gift_bought_or_granted")),
        sa.CheckConstraint("(actor <> '') = (reason <> '')", name=op.f("ck_pass_gift_answered_for")),
        sa.CheckConstraint(
            "(recipient IS NULL) = (recipient_key IS NULL)", name=op.f("ck_pass_gift_recipient_with_its_key")
        ),
        sa.CheckConstraint("revoked_at IS NULL OR order_id IS NULL", name=op.f("ck_pass_gift_revoked")),
        sa.CheckConstraint("sent_count >= 0", name=op.f("ck_pass_gift_sent_count")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["pass_order.id"], name=op.f("fk_pass_gift_order_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass_gift")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_pass_gift_code_hash")),
        sa.UniqueConstraint("order_id", name=op.f("uq_pass_gift_order_id")),
    )
    for column in ("recipient_key", "send_at", "created_at"):
        op.create_index(op.f(f"ix_pass_gift_{column}"), "pass_gift", [column])
    op.create_table(
        "gift_redemption",
        sa.Column("gift_id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("redeemed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["gift_id"], ["pass_gift.id"], name=op.f("fk_gift_redemption_gift_id")),
        sa.ForeignKeyConstraint(["grant_id"], ["pass_grant.id"], name=op.f("fk_gift_redemption_grant_id")),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name=op.f("fk_gift_redemption_reader_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_gift_redemption")),
        sa.UniqueConstraint("grant_id", name=op.f("uq_gift_redemption_grant_id")),
    )
    op.create_index(op.f("ix_gift_redemption_reader_id"), "gift_redemption", ["reader_id"])
    (_protect_on_sqlite if op.get_bind().dialect.name == "sqlite" else _protect_on_postgres)()


def _protect_on_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    op.execute(f"CREATE TRIGGER gift_redemption_is_kept BEFORE DELETE ON gift_redemption {refuse}")
    for table, columns in FIXED.items():
        op.execute(f"CREATE TRIGGER {table}_is_fixed BEFORE UPDATE OF {columns} ON {table} {refuse}")


def _protect_on_postgres() -> None:
    refuse = "FOR EACH ROW EXECUTE FUNCTION refuse('the ledger is append-only')"
    op.execute(f"CREATE TRIGGER gift_redemption_is_kept BEFORE DELETE ON gift_redemption {refuse}")
    for table, columns in FIXED.items():
        op.execute(f"CREATE TRIGGER {table}_is_fixed BEFORE UPDATE OF {columns} ON {table} {refuse}")
