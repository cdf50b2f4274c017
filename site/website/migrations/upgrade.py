"""Changing the schema, with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

from carrel.db import Database, DatabaseUnusableError
from carrel.locks import database_lock
from website.migrations import HEAD, UnknownSchemaError, current_revision
from website.migrations.compatibility import oldest_compatible, write_oldest

HERE = Path(__file__).parent
ADVISORY_KEY = 0x6361_7272  # "carr"
WAIT_SECONDS = 60
BUSY = "Another process has been migrating for a minute: look whether it hangs."


def upgrade(db: Database) -> bool:
    """Bring the schema to `HEAD`, one process at a time. Returns whether anything was done. Raises `UnknownSchemaError`."""
    busy = DatabaseUnusableError(BUSY)
    with database_lock(db, "migrate", ADVISORY_KEY, busy, wait_seconds=WAIT_SECONDS):
        revision = current_revision(db)
        if revision == HEAD or is_later(db, revision):
            return False
        with db.engine.connect() as connection:
            if revision is None and not db.is_sqlite:
                _require_all_letters(connection)
            command.upgrade(_config(connection), HEAD)
            write_oldest(connection, oldest_of(list(script().walk_revisions())))
            connection.commit()
        return True


def _require_all_letters(connection: Connection) -> None:
    """Where a server was set up without a language, its databases do not know what a letter is."""
    if (encoding := connection.scalar(text("SHOW server_encoding"))) != "UTF8":
        raise DatabaseUnusableError(
            f"The database's encoding is {encoding}, which does not hold every letter. Create another one: "
            "createdb --encoding=UTF8 --template=template0"
        )


def upgrade_to(db: Database, revision: str) -> None:
    """Give an empty database the schema of an earlier release, for a backup that has it."""
    with db.engine.connect() as connection:
        command.upgrade(_config(connection), revision)
        connection.commit()


def is_later(db: Database, revision: str | None) -> bool:
    """Whether the schema is a later release's that lets this one run. Raises `UnknownSchemaError` if it does not let it."""
    if is_known(revision):
        return False
    if not is_known(oldest_compatible(db) or revision):
        raise UnknownSchemaError(
            f"The database has the schema {revision!r}, which this release does not know. "
            "It was made by a later release: install that one, or restore a backup."
        )
    return True


def is_known(revision: str | None) -> bool:
    """Whether a revision is in our history. An empty database is at its beginning."""
    return revision is None or revision in {migration.revision for migration in script().walk_revisions()}


def oldest_of(newest_first: list[Script]) -> str:
    """The oldest revision of a history whose release may run over its newest schema.

    A migration that takes something away names the revision whose expansion it ends (`CONTRACTS`): releases
    before that one still use what is gone.
    """
    ended = {getattr(migration.module, "CONTRACTS", "") for migration in newest_first}
    return next(
        (migration.revision for migration in newest_first if migration.revision in ended),
        newest_first[-1].revision,
    )


def script() -> ScriptDirectory:
    """The history of the schema."""
    return ScriptDirectory.from_config(_config(None))


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config
