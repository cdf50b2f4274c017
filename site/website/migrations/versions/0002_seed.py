"""The rows that a new database is born with: the epoch, and the secrets that never rotate"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NEVER_ROTATED = ["suppression", "limits", "site"]


def upgrade() -> None:
    op.bulk_insert(sa.table("epoch", sa.column("id"), sa.column("value")), [{"id": 1, "value": 1}])
    secret = sa.table("site_secret", sa.column("name"), sa.column("value", sa.LargeBinary()))
    op.bulk_insert(secret, [{"name": name, "value": secrets.token_bytes(32)} for name in NEVER_ROTATED])
