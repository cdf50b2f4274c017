"""Totals of deliveries that are rows no longer"""

import sqlalchemy as sa
from alembic import op

from carrel.db import UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None
STATES = "'queued', 'claimed', 'sent', 'failed', 'suppressed', 'unsubscribed', 'uncertain'"


def upgrade() -> None:
    op.create_table(
        "delivery_total",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_delivery_total_issue_id")),
        sa.PrimaryKeyConstraint("issue_id", "state", name=op.f("pk_delivery_total")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_delivery_total_state")),
        sa.CheckConstraint("state NOT IN ('queued', 'claimed')", name=op.f("ck_delivery_total_ended")),
        sa.CheckConstraint("deliveries > 0", name=op.f("ck_delivery_total_deliveries")),
    )
    op.add_column("issue", sa.Column("rolled_up_at", UtcDateTime(), nullable=True))
    op.add_column("rendering", sa.Column("rolled_up", sa.Integer(), server_default="0", nullable=False))
    op.add_column("epoch", sa.Column("audiences", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("epoch", "audiences")
    op.drop_column("rendering", "rolled_up")
    op.drop_column("issue", "rolled_up_at")
    op.drop_table("delivery_total")
