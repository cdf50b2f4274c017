"""Locks between processes: on a file, or on a database for all machines that share it.

A lock ends with the process that holds it, however that ends.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from carrel.db import Database

POLL_SECONDS = 0.1


@contextmanager
def file_lock(
    path: Path,
    busy: Exception,
    *,
    shared: bool = False,
    wait_seconds: float = 0.0,
    on_wait: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """Hold the lock on this file, alone or shared. Raises `busy` if others do not release it in time.

    `on_wait` is called once, when the lock is not free at once.
    """
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _acquire(lambda: _lock_file(descriptor, kind), busy, wait_seconds, on_wait)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def database_lock(
    db: Database,
    name: str,
    key: int,
    busy: Exception,
    *,
    wait_seconds: float,
    on_wait: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """Hold a lock on this database, as `file_lock` does: a file beside SQLite's, an advisory lock in PostgreSQL.

    `name` is the file's suffix, `key` the advisory lock's number; both stay the same from release to release.
    """
    if db.is_sqlite:
        path = Path(f"{db.url.database}.{name}")
        with file_lock(path, busy, wait_seconds=wait_seconds, on_wait=on_wait):
            yield
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try_lock = text(f"SELECT pg_try_advisory_lock({key})")
        _acquire(lambda: bool(connection.scalar(try_lock)), busy, wait_seconds, on_wait)
        try:
            yield
        finally:
            connection.execute(text(f"SELECT pg_advisory_unlock({key})"))


class DatabaseLease:
    """An advisory lock in PostgreSQL for the life of a process, which may lose it: with the connection, it ends."""

    def __init__(self, db: Database, key: int) -> None:
        self._engine = db.engine
        self._key = key
        self._connection: Connection | None = None

    def is_held(self) -> bool:
        """Whether it is ours now; if it is free, it becomes ours. Raises what the database raised."""
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                return True
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._connection = connection
            # A machine that was cut off must not lead for two hours more.
            for name, seconds in (("idle", 10), ("interval", 5), ("count", 3)):
                connection.execute(text(f"SET tcp_keepalives_{name} = {seconds}"))
            if connection.scalar(text(f"SELECT pg_try_advisory_lock({self._key})")):
                return True
        except SQLAlchemyError:
            self.release()
            raise
        self.release()
        return False

    def release(self) -> None:
        """Let another have it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()  # ends the lock, whatever became of the server
            connection.close()


def _acquire(
    try_lock: Callable[[], bool], busy: Exception, wait_seconds: float, on_wait: Callable[[], None]
) -> None:
    if try_lock():
        return
    on_wait()
    give_up_at = time.monotonic() + wait_seconds
    while time.monotonic() < give_up_at:
        time.sleep(POLL_SECONDS)
        if try_lock():
            return
    raise busy


def _lock_file(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
