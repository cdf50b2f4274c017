"""Imports of subscribers at the desk, and the evidence of those whom an operator adds"""

import sqlalchemy as sa
from alembic import op

from carrel.db import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "sign_up", sa.Column("evidence", sa.String(length=300), nullable=False, server_default=sa.text("''"))
    )
    op.create_table(
        "subscriber_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=254), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.Column("evidence", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('checked', 'running', 'finished')", name=op.f("ck_subscriber_import_state")
        ),
        sa.CheckConstraint(
            "(state = 'finished') = (finished_at IS NOT NULL)",
            name=op.f("ck_subscriber_import_finished_with_time"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber_import")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_subscriber_import_created_at"), "subscriber_import", ["created_at"])
    op.create_table(
        "subscriber_import_batch",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["subscriber_import.id"],
            name=op.f("fk_subscriber_import_batch_import_id_subscriber_import"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_subscriber_import_batch")),
    )


def downgrade() -> None:
    op.drop_table("subscriber_import_batch")
    op.drop_table("subscriber_import")
    op.drop_column("sign_up", "evidence")
