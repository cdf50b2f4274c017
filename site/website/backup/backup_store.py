"""The folder of backups: names, contents, and rotation (DATA-13)."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

FOLDER = "backups"
NAME = re.compile(
    r"carrel-(?P<at>\d{8}T\d{6}Z)-(?P<kind>nightly|by-hand|before-restore|before-migration)\.tar\.gz"
)
AT = "%Y%m%dT%H%M%SZ"
DAILY, WEEKLY, MONTHLY = 7, 4, 6
ON_REQUEST_RETENTION: Final = timedelta(
    days=30
)  # one made by hand, or before a restoration or migration, is kept so long whatever comes
LONGEST: Final = timedelta(days=183)  # an erased reader is in no backup after half a year


@dataclass(frozen=True, order=True)
class StoredBackup:
    """A backup in the folder."""

    at: datetime
    kind: str
    path: Path


def folder(home: Path) -> Path:
    """Where backups are; made when it is not there, for the operator's eyes only."""
    path = home / FOLDER
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def path_for(home: Path, at: datetime, kind: str) -> Path:
    """Where a backup of that moment goes. One second has one backup of a kind."""
    return folder(home) / f"carrel-{at:{AT}}-{kind}.tar.gz"


def all_backups(home: Path) -> Sequence[StoredBackup]:
    """All backups, the newest first."""
    paths = (home / FOLDER).glob("carrel-*.tar.gz")
    return sorted(filter(None, map(parse, paths)), reverse=True)


def parse(path: Path) -> StoredBackup | None:
    """What the name of a backup says; None if it is no backup's."""
    match = NAME.fullmatch(path.name)
    at = datetime.strptime(match["at"], AT).replace(tzinfo=UTC) if match else None
    return StoredBackup(at, match["kind"], path) if match and at else None


def rotate(home: Path, now: datetime) -> list[Path]:
    """Delete what is neither recent, nor the newest of its day, week or month. The newest always stays."""
    removed = [backup.path for backup in expired(all_backups(home), now)]
    for path in removed:
        path.unlink(missing_ok=True)
    return removed


def expired(backups: Sequence[StoredBackup], now: datetime) -> list[StoredBackup]:
    """Which of these (the newest first) rotation deletes."""
    keep = {
        backup for backup in backups if backup.kind != "nightly" and now - backup.at < ON_REQUEST_RETENTION
    }
    for form, count in (("%Y-%m-%d", DAILY), ("%G-%V", WEEKLY), ("%Y-%m", MONTHLY)):
        newest_of = {f"{backup.at:{form}}": backup for backup in reversed(backups)}
        keep |= set(sorted(newest_of.values(), reverse=True)[:count])
    keep = {backup for backup in keep if now - backup.at < LONGEST} | set(backups[:1])
    return [backup for backup in backups if backup not in keep]


def clean_up(home: Path) -> None:
    """Remove what a killed backup or restore has left. Only for the holder of the lock."""
    for path in folder(home).glob(".*"):
        if path.name.endswith(".part"):
            path.unlink(missing_ok=True)
        elif path.name.startswith(".scratch-"):
            shutil.rmtree(path, ignore_errors=True)
