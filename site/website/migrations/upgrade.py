"""Changing the schema, with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from carrel.db import Database, DatabaseUnusableError
from carrel.locks import database_lock
from website.migrations import HEAD, UnknownSchemaError, current_revision

HERE = Path(__file__).parent
ADVISORY_KEY = 0x6361_7272  # "carr"
WAIT_SECONDS = 60
BUSY = "Another process has been migrating for a minute: look whether it hangs."


def upgrade(db: Database) -> bool:
    """Bring the schema to `HEAD`, one process at a time. Returns whether anything was done. Raises `UnknownSchemaError`."""
    busy = DatabaseUnusableError(BUSY)
    with database_lock(db, "migrate", ADVISORY_KEY, busy, wait_seconds=WAIT_SECONDS):
        current = current_revision(db)
        if current == HEAD:
            return False
        refuse_unknown(current)
        with db.engine.connect() as connection:
            command.upgrade(_config(connection), HEAD)
            connection.commit()
        return True


def refuse_unknown(revision: str | None) -> None:
    """Refuse a revision that is not in our history. Raises `UnknownSchemaError`."""
    known = {known.revision for known in script().walk_revisions()}
    if revision is not None and revision not in known:
        raise UnknownSchemaError(
            f"The database has the schema {revision!r}, which this release does not know. "
            "It was made by a later release: install that one, or restore a backup."
        )


def script() -> ScriptDirectory:
    """The history of the schema."""
    return ScriptDirectory.from_config(_config(None))


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config
