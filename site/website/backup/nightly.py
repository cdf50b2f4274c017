"""Every night: a backup, the old ones thrown away, and a restore test of the new one.

It runs in a thread of the worker, so that mail goes on meanwhile. One that a stopping worker cuts short leaves
only a file without its name, and the next worker makes it anew.
"""

import threading
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from carrel import clock
from carrel.http.services import Services
from carrel.mail.alarms import raise_alarm
from carrel.settings import Settings
from website.backup import backup_store, create, restore_test
from website.backup.errors import BackupBusyError

log = structlog.get_logger()
EVERY_SECONDS = 60.0
FIRST_LOOK_SECONDS = 600.0  # a worker that has just started has more urgent things to do


class Nightly:
    """The step."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._first_look_at = time.monotonic() + FIRST_LOOK_SECONDS

    def handle_one(self, services: Services) -> bool:
        """Begin a backup when one is due. Never asks for another turn."""
        is_busy = self._thread is not None and self._thread.is_alive()
        if time.monotonic() >= self._first_look_at and not is_busy and is_due(services.settings, clock.now()):
            self._thread = threading.Thread(target=run, args=(services,), name="backup", daemon=True)
            self._thread.start()
        return False


def is_due(settings: Settings, now: datetime) -> bool:
    """Whether no backup was made since the hour for it came last."""
    there = now.astimezone(ZoneInfo(settings.time_zone))
    due = there.replace(hour=settings.backup_hour, minute=0, second=0, microsecond=0)
    if due > there:
        due -= timedelta(days=1)
    made = [backup.at for backup in backup_store.all_backups(settings.home) if backup.kind == "nightly"]
    # One of a clock that was ahead is no reason to make none until that day comes.
    return not any(due <= at <= now + clock.TOLERANCE for at in made)


def run(services: Services) -> None:
    """Make, rotate, test. What fails is an alarm."""
    settings = services.settings
    try:
        path = create.create_backup(settings, services.db, "nightly")
        gone = backup_store.rotate(settings.home, clock.now())
        log.info("backup made", backup=path.name, thrown_away=len(gone))
        result = restore_test.run(settings, path)
        log.info("restore test", backup=path.name, problem=result.problem)
    except BackupBusyError:
        return
    except Exception as wrong:
        log.exception("backup failed")
        _alarm(services, "backup-failed", "The nightly backup failed", str(wrong))
        return
    if result.problem:
        _alarm(services, "restore-test-failed", "Last night's backup could not be restored", result.problem)


def _alarm(services: Services, key: str, subject: str, why: str) -> None:
    with services.db.write() as session:
        raise_alarm(session, key, subject, f"{why} Look with: carrel doctor")
