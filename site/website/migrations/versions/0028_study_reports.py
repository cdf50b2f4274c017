"""What readers say is wrong with an item"""

import sqlalchemy as sa
from alembic import op

from carrel.db import UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TABLE = "study_report"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.String(length=32), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["study_item.id"], name=op.f("fk_study_report_item_id_study_item")
        ),
        sa.ForeignKeyConstraint(
            ["item_id", "revision"],
            ["study_text.item_id", "study_text.revision"],
            name=op.f("fk_study_report_item_id_study_text"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_report")),
    )
    op.create_index("ix_study_report_item_id_closed_at", TABLE, ["item_id", "closed_at"])
    op.create_index("ix_study_report_closed_at_created_at", TABLE, ["closed_at", "created_at"])


def downgrade() -> None:
    op.drop_table(TABLE)
