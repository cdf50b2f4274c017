"""Changing the schema, with Alembic."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from carrel.db import Database, DatabaseUnusableError
from website.migrations import HEAD, UnknownSchemaError, current_revision
from website.migrations.compatibility import oldest_compatible, write_oldest

HERE = Path(__file__).parent
ADVISORY_LOCK = 0x6361_7272  # "carr"
WAIT_SECONDS = 60
TOO_LONG = "Another process has been migrating for a minute."


def upgrade(db: Database) -> bool:
    """Bring the schema to `HEAD`, one process at a time. Returns whether anything was done. Raises `UnknownSchemaError`."""
    with _one_at_a_time(db):
        found = current_revision(db)
        if found == HEAD or is_later(db, found):
            return False
        with db.engine.connect() as connection:
            command.upgrade(_config(connection), HEAD)
            write_oldest(connection, oldest_of(list(script().walk_revisions())))
            connection.commit()
        return True


def is_later(db: Database, found: str | None) -> bool:
    """Whether the schema is a later release's that lets this one run. Raises `UnknownSchemaError` if it does not let it."""
    if is_known(found):
        return False
    if not is_known(oldest_compatible(db) or found):
        raise UnknownSchemaError(
            f"The database has the schema {found!r}, which this release does not know. "
            "It was made by a later release: install that one, or restore a backup."
        )
    return True


def is_known(revision: str | None) -> bool:
    """Whether a revision is in our history. An empty database is at its beginning."""
    return revision is None or revision in {each.revision for each in script().walk_revisions()}


def oldest_of(newest_first: list[Script]) -> str:
    """The oldest revision of a history whose release may run over its newest schema.

    A migration that takes something away names the revision whose expansion it ends (`CONTRACTS`): releases
    before that one still use what is gone.
    """
    ended = {getattr(each.module, "CONTRACTS", "") for each in newest_first}
    return next((each.revision for each in newest_first if each.revision in ended), newest_first[-1].revision)


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
