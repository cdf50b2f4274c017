"""Deleting pictures that nothing names any more, once no backup can name them either.

Since when each is unused stands in a file of this home. Without the file, or on another machine, the days count anew.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from articles.publish.lock import publish_lock
from carrel.db import Database
from carrel.media import Media
from carrel.whole_file import write_file
from website.backup.backup_store import LONGEST
from website.pictures.named import named_pictures

FILE = "unused-pictures.json"
DAYS = LONGEST.days + 7  # the oldest backup is gone by then
NEW = timedelta(days=1)  # a picture is stored before what names it


@dataclass(frozen=True)
class CleaningReport:
    """What was deleted, what waits, and on which day the first of those goes."""

    deleted: tuple[str, ...]
    waiting: int
    next_on: date | None


def clean(
    db: Database,
    media: Media,
    home: Path,
    now: datetime,
    *,
    days: int = DAYS,
    dry_run: bool = False,
    say: Callable[[str], None],
) -> CleaningReport:
    """Delete the pictures that nothing has named for so many days. No article is published meanwhile.

    Raises `ObjectStoreError`, `PublishBusyError`.
    """
    with publish_lock(db, say):
        stored = {picture.name: picture.modified for picture in media.stored()}
        with db.read() as session:
            named = named_pictures(session)
        candidates = {name for name, modified in stored.items() if name not in named and modified < now - NEW}
        since = _since(home / FILE, candidates, now.date())
        due = sorted(name for name, day in since.items() if day <= now.date() - timedelta(days=days))
        if not dry_run:
            media.delete(due)
            _keep(home / FILE, {name: day for name, day in since.items() if name not in set(due)})
    waiting = [day for name, day in since.items() if name not in set(due)]
    return CleaningReport(tuple(due), len(waiting), min(waiting) + timedelta(days=days) if waiting else None)


def _since(path: Path, unused: set[str], today: date) -> dict[str, date]:
    """Since which day each of these is unused: as noted, or from today on."""
    try:
        noted = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        noted = {}
    return {name: date.fromisoformat(noted[name]) if name in noted else today for name in sorted(unused)}


def _keep(path: Path, since: dict[str, date]) -> None:
    write_file(path, json.dumps({name: day.isoformat() for name, day in since.items()}, indent=0).encode())
