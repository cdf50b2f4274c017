"""Operators write to readers: introductions of issues, and broadcasts; articles of an issue have an order"""

import sqlalchemy as sa
from alembic import op

from carrel.db import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issue_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=True),
        sa.Column("is_broadcast", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("paces", sa.JSON(), nullable=False),
        sa.Column("exams", sa.JSON(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edited_by", sa.String(length=254), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("is_broadcast OR issue_id IS NOT NULL", name=op.f("ck_issue_text_of_an_issue")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_issue_text_version")),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_issue_text_issue_id_issue"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_text")),
        sa.UniqueConstraint("issue_id", name=op.f("uq_issue_text_issue_id")),
        sqlite_autoincrement=True,
    )
    op.add_column("issue_article", sa.Column("position", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("issue_article") as batch_op:
        batch_op.drop_column("position")
    op.drop_table("issue_text")
