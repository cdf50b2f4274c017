"""What an order and a refund remember of their requests to Stripe"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pass_order", sa.Column("parameters_hash", sa.String(length=64), nullable=True))
    op.add_column(
        "pass_order", sa.Column("awaits_buyer", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("refund_request", sa.Column("attempt", sa.Integer(), nullable=False, server_default="0"))
