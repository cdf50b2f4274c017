"""The schema and its history: every process can ask whether the database is its own, one may change it."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

from website.db import Database, DatabaseUnusable

HERE = Path(__file__).parent
ADVISORY_LOCK = 0x6361_7272  # "carr"
WAIT_SECONDS = 60


class ForeignSchema(DatabaseUnusable):
    """The database's schema is not the one this release was made for."""


def migrate(db: Database) -> bool:
    """Bring the schema to this release's, one process at a time. Returns whether anything was done.

    Others that start meanwhile wait up to 60 s for it. Raises `ForeignSchema` on a newer schema.
    """
    with _one_at_a_time(db), db.engine.connect() as connection:
        script = ScriptDirectory.from_config(_config(None))
        found = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
        if found == script.get_current_head():
            return False
        _refuse_unknown(script, found)
        command.upgrade(_config(connection), "head")
        connection.commit()
        return True


def check_schema(db: Database) -> None:
    """Refuse to start on a schema that is not ours. Raises `ForeignSchema`."""
    script = ScriptDirectory.from_config(_config(None))
    with db.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
    if found == script.get_current_head():
        return
    _refuse_unknown(script, found)
    raise ForeignSchema("The database has an older schema than this release. Run: carrel migrate")


def _refuse_unknown(script: ScriptDirectory, found: str | None) -> None:
    if found is not None and found not in {each.revision for each in script.walk_revisions()}:
        raise ForeignSchema(
            f"The database has the schema {found!r}, which this release does not know. "
            "It was made by a later release: install that one, or restore a backup."
        )


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _one_at_a_time(db: Database) -> Iterator[None]:
    if db.is_sqlite:
        with _file_lock(Path(f"{db.url.database}.migrate")):
            yield
        return
    with db.engine.connect() as connection:
        connection.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
        try:
            yield
        finally:
            connection.execute(text(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})"))


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    give_up = time.monotonic() + WAIT_SECONDS
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > give_up:
                    raise DatabaseUnusable("Another process has been migrating for a minute.") from None
                time.sleep(0.05)
        yield
