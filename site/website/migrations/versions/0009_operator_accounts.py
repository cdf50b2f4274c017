"""From where an operator is signed in, and since when recovery codes are good"""

import sqlalchemy as sa
from alembic import op

from carrel.db import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("operator_session", sa.Column("network", sa.String(length=45), nullable=True))
    op.add_column("recovery_code", sa.Column("created_at", UtcDateTime(), nullable=True))
