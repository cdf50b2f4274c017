"""Changing the schema, with Alembic."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from carrel.db import Database, DatabaseUnusableError
from website.migrations import HEAD, UnknownSchemaError, current_revision

HERE = Path(__file__).parent
ADVISORY_LOCK = 0x6361_7272  # "carr"
WAIT_SECONDS = 60
TOO_LONG = "Another process has been migrating for a minute."


def upgrade(db: Database) -> bool:
    """Bring the schema to `HEAD`, one process at a time. Returns whether anything was done. Raises `UnknownSchemaError`."""
    with _one_at_a_time(db):
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


@contextmanager
def _one_at_a_time(db: Database) -> Iterator[None]:
    if db.is_sqlite:
        with _file_lock(Path(f"{db.url.database}.migrate")):
            yield
        return
    with db.engine.connect() as connection:
        connection.execute(text(f"SET LOCAL lock_timeout = {WAIT_SECONDS * 1000}"))
        try:
            connection.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
        except OperationalError:
            raise DatabaseUnusableError(TOO_LONG) from None
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
                    raise DatabaseUnusableError(TOO_LONG) from None
                time.sleep(0.05)
        yield
