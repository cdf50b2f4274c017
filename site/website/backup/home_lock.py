"""Who has the home in use: the site's processes share a lock on it, a restore needs it alone."""

from contextlib import AbstractContextManager
from pathlib import Path

from carrel.locks import file_lock
from website.backup.errors import BackupBusyError, SiteRunningError

IN_USE = "running.lock"
BACKUP = ".lock"
COPY = ".copy.lock"


def site_lock(home: Path) -> AbstractContextManager[None]:
    """Around the life of a website or worker. Raises `BackupBusyError` while a restore is under way."""
    return file_lock(home / IN_USE, BackupBusyError(), shared=True)


def restore_lock(home: Path) -> AbstractContextManager[None]:
    """Around a restore. Raises `SiteRunningError`."""
    return file_lock(home / IN_USE, SiteRunningError())


def backup_lock(folder: Path) -> AbstractContextManager[None]:
    """Around whatever writes into the folder of backups. Raises `BackupBusyError`."""
    return file_lock(folder / BACKUP, BackupBusyError())


def copy_lock(folder: Path) -> AbstractContextManager[None]:
    """Around the copies in the bucket: it may take hours, in which others back up. Raises `BackupBusyError`."""
    return file_lock(folder / COPY, BackupBusyError())
