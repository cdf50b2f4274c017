"""Who has the home in use: the site's processes share a lock on it, a restoration needs it alone.

The system itself gives a lock back when its process ends, however it ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from website.backup.errors import BackupBusyError, SiteRunningError

IN_USE = "running.lock"
AT_WORK = ".lock"


@contextmanager
def site_runs(home: Path) -> Iterator[None]:
    """Around the life of a website or worker. Raises `BackupBusyError` while a restoration is under way."""
    with _held(home / IN_USE, fcntl.LOCK_SH) as got:
        if not got:
            raise BackupBusyError
        yield


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Around a restoration. Raises `SiteRunningError`."""
    with _held(home / IN_USE, fcntl.LOCK_EX) as got:
        if not got:
            raise SiteRunningError
        yield


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Around whatever writes into the folder of backups. Raises `BackupBusyError`."""
    with _held(folder / AT_WORK, fcntl.LOCK_EX) as got:
        if not got:
            raise BackupBusyError
        yield


@contextmanager
def _held(path: Path, kind: int) -> Iterator[bool]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)
