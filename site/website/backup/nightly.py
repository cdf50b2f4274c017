"""Every night: a backup, rotation of the old ones, and a restore test of the new one.

It runs in a thread of the worker, so that mail goes out meanwhile. One that a stopping worker cuts short leaves
only a temporary file, and the next worker makes it again.
"""

import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from carrel import clock
from carrel.mail.alarms import raise_alarm
from carrel.object_store import ObjectStoreError
from carrel.services import Services
from carrel.settings import Settings
from website.backup import backup_store, copies, create, restore_test
from website.backup.errors import BackupBusyError, BackupError
from website.backup.restore_test import CreateApp

log = structlog.get_logger()
EVERY_SECONDS = 60.0
DELAY_SECONDS = 600.0  # after a start, other work comes first


class NightlyBackup:
    """The step. `create_app` makes the site that the restore test asks for its pages."""

    def __init__(self, create_app: CreateApp) -> None:
        self._create_app = create_app
        self._thread: threading.Thread | None = None
        self._not_before = time.monotonic() + DELAY_SECONDS

    def run_step(self, services: Services) -> bool:
        """Begin a backup when one is due. Never asks for another turn."""
        is_busy = self._thread is not None and self._thread.is_alive()
        if time.monotonic() >= self._not_before and not is_busy and is_due(services.settings, clock.now()):
            self._thread = threading.Thread(
                target=run, args=(services, self._create_app), name="backup", daemon=True
            )
            self._thread.start()
        return False


def is_due(settings: Settings, now: datetime) -> bool:
    """Whether no nightly backup was made since its last scheduled hour."""
    local = now.astimezone(settings.zone)
    due = local.replace(hour=settings.backup_hour, minute=0, second=0, microsecond=0)
    if due > local:
        due -= timedelta(days=1)
    made_at = [backup.at for backup in backup_store.all_backups(settings.home) if backup.kind == "nightly"]
    # A backup from the future, by a clock that was ahead, does not count.
    return not any(due <= at <= now + clock.TOLERANCE for at in made_at)


def run(services: Services, create_app: CreateApp) -> None:
    """Back up, rotate, test. A failure raises an alarm."""
    settings = services.settings
    try:
        path = create.create_backup(settings, services.db, "nightly")
        removed = backup_store.rotate(settings.home, clock.now())
        log.info("backup made", backup=path.name, removed=len(removed))
        result = restore_test.run(settings, path, create_app)
        log.info("restore test", backup=path.name, problem=result.problem)
        _copy(services, path)
    except BackupBusyError:
        return
    except Exception as error:
        log.exception("backup failed")
        _alarm(services, "backup-failed", "The nightly backup failed", str(error))
        return
    if result.problem:
        _alarm(services, "restore-test-failed", "Last night's backup could not be restored", result.problem)


def _copy(services: Services, path: Path) -> None:
    """Copy it to the bucket, if there is one, and rotate there too. A failure raises an alarm of its own."""
    settings = services.settings
    if not settings.backup_url:
        return
    try:
        url = copies.copy(settings, path)
        removed = copies.rotate(settings, clock.now())
        log.info("backup copied", url=url, removed=len(removed))
    except (BackupError, ObjectStoreError) as error:
        log.warning("backup not copied", problem=str(error))
        _alarm(services, "backup-copy-failed", "The nightly backup was not copied", str(error))


def _alarm(services: Services, key: str, subject: str, problem: str) -> None:
    with services.db.write() as session:
        raise_alarm(session, key, subject, f"{problem} For details, run: carrel doctor")
