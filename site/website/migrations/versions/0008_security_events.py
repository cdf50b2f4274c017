"""An audit entry says what became of the act, and by which request from which network it was done (ASVS 16.2.1)"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, length, default in (("outcome", 10, "success"), ("request_id", 32, ""), ("network", 50, "")):
        op.add_column(
            "audit_entry", sa.Column(name, sa.String(length=length), nullable=False, server_default=default)
        )
