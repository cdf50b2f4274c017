"""Links to an article that readers do not see yet can be revoked"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("preview_version", sa.Integer(), nullable=False, server_default="0"))
