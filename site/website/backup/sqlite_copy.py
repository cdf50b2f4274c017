"""SQLite: snapshots by its online backup, in one transaction both ways (https://sqlite.org/backup.html)."""

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pysqlite3

from carrel.db import BUSY_TIMEOUT_MS
from website.backup.contents import Contents, count_contents
from website.backup.errors import BackupCopyError, BackupError, DamagedDatabaseError

NAME = "database.sqlite3"
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
DAMAGE = {"file is not a database", "database disk image is malformed"}
DATABASE_FILE_SUFFIXES = ("", "-wal", "-shm")  # a database is up to three files


def dump(database: Path, copy: Path) -> Contents:
    """A verified snapshot; writers are not blocked. Raises `DamagedDatabaseError`."""
    try:
        with closing(_open(database)) as source, closing(pysqlite3.connect(str(copy))) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, complete in itself
        return verify(copy)
    except pysqlite3.DatabaseError as error:
        raise _damaged(error) from None


def verify(copy: Path) -> Contents:
    """What a snapshot holds. Raises `DamagedDatabaseError` unless it is whole."""
    try:
        with closing(_open(copy)) as connection:
            _check(connection)
            return count_contents(connection, [row[0] for row in connection.execute(TABLES)])
    except pysqlite3.DatabaseError as error:
        raise _damaged(error) from None


def install(copy: Path, database: Path) -> None:
    """Make the database what the copy is, in one transaction: killed at any point, it is the one or the other."""
    database.parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(_open(copy)) as source, closing(pysqlite3.connect(str(database))) as target:
            target.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            source.backup(target)
            target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except pysqlite3.DatabaseError as error:
        raise _damaged(error) from None
    database.chmod(0o600)


def set_aside(database: Path, folder: Path) -> None:
    """Move a damaged database into a folder, as it is."""
    folder.mkdir(parents=True)
    files = [path for end in DATABASE_FILE_SUFFIXES if (path := Path(f"{database}{end}")).exists()]
    for path in files:
        shutil.copy2(path, folder / path.name)
    for path in files:
        path.unlink()


def _open(path: Path) -> Any:
    connection = pysqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    return connection


def _check(connection: Any) -> None:
    messages = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    if messages != ["ok"]:
        raise DamagedDatabaseError("; ".join(messages))
    if violation := connection.execute("PRAGMA foreign_key_check").fetchone():
        raise DamagedDatabaseError(f"a row of {violation[0]} refers to a missing row of {violation[2]}")


def _damaged(error: Exception) -> BackupError:
    """A lock or a full disk is no damage."""
    return DamagedDatabaseError(str(error)) if str(error) in DAMAGE else BackupCopyError(str(error))
