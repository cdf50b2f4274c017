"""A release that comes after this one: a copy of the code with one more migration, which only adds."""

import shutil
from pathlib import Path

from tests.faults.site import ROOT
from website.migrations import HEAD

REVISION = "9999"
EXPANSION = (
    "ALTER TABLE reader ADD COLUMN nickname VARCHAR(40)",
    "ALTER TABLE pass_order ADD COLUMN campaign VARCHAR(40) DEFAULT '' NOT NULL",
    "ALTER TABLE payment ADD COLUMN fee_cents INTEGER",
    "ALTER TABLE outbox_mail ADD COLUMN language VARCHAR(8) DEFAULT 'en' NOT NULL",
    "CREATE TABLE voucher (id INTEGER PRIMARY KEY, code VARCHAR(20) NOT NULL)",
    "CREATE INDEX ix_reader_nickname ON reader (nickname)",
)
MIGRATION = f'''"""More"""

from alembic import op

revision = "{REVISION}"
down_revision = "{HEAD}"


def upgrade() -> None:
    for statement in {EXPANSION!r}:
        op.execute(statement)
'''


def make(folder: Path) -> Path:
    """Copy the code into a folder, and add the migration; the folder."""
    for part in ("site", "articles", "newsletter", "payments"):
        shutil.copytree(ROOT / part, folder / part)
    migrations = folder / "site" / "website" / "migrations"
    (migrations / "versions" / f"{REVISION}_more.py").write_text(MIGRATION, "utf-8")
    head = migrations / "__init__.py"
    ours, theirs = f'HEAD = "{HEAD}"', f'HEAD = "{REVISION}"'
    text = head.read_text("utf-8")
    assert ours in text
    head.write_text(text.replace(ours, theirs), "utf-8")
    return folder
