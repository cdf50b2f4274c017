"""Exams and articles may have a language of their own"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exam", sa.Column("lang", sa.String(length=35), nullable=True))
    op.add_column("article", sa.Column("lang", sa.String(length=35), nullable=True))
