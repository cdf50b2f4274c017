"""Indexes on the dates of articles, because every page asks for the next one"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("published", "expires"):
        op.create_index(op.f(f"ix_article_{column}"), "article", [column])


def downgrade() -> None:
    for column in ("published", "expires"):
        op.drop_index(op.f(f"ix_article_{column}"), "article")
