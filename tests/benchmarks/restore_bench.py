"""How long a gigabyte takes to be saved, tried and brought back (the goal: back within 15 minutes)."""

import secrets
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from carrel import clock
from carrel.db import Database
from carrel.mail.models import OutboxMail
from carrel.services import open_database
from carrel.settings import Settings, load
from tests.benchmarks.rounds import Report
from website.app import create_app
from website.backup import create, restore, restore_test
from website.migrations import migrate

GIGABYTE = 1_000_000_000
PICTURE_BYTES = 100_000
ROW_BYTES = 4_000
AT_ONCE = 2_000
GOAL_SECONDS = 15 * 60


def main(report: Report) -> None:
    """Six tenths of it rows, the rest pictures."""
    with tempfile.TemporaryDirectory(prefix="carrel-bench-") as folder:
        home = Path(folder)
        settings = load(
            {}, config=home / "none", home=home, secret_keys=("benchmark-key-of-32-bytes-or-more",)
        )
        db = open_database(settings)
        migrate(db)
        fill(db, home)
        size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
        print(f"A home of {size / 1e9:.2f} GB")
        path = timed("backup", lambda: create.create_backup(settings, db))
        print(f"  its file has {path.stat().st_size / 1e9:.2f} GB")
        result = timed("restore test", lambda: restore_test.run(settings, path, create_app))
        assert result.problem == "", result.problem
        db.close()
        carried = path.rename(home / "carried-away.tar.gz")
        seconds = timed_restore(settings, carried)
        print(f"  goal: {GOAL_SECONDS} s; {'met' if seconds <= GOAL_SECONDS else 'MISSED'}")


def fill(db: Database, home: Path) -> None:
    """Rows and pictures that do not shrink."""
    fill_rows(db)
    media = home / "media"
    media.mkdir()
    for number in range(int(GIGABYTE * 0.4) // PICTURE_BYTES):
        (media / f"{number:08x}-480.webp").write_bytes(secrets.token_bytes(PICTURE_BYTES))


def fill_rows(db: Database, size: int = int(GIGABYTE * 0.6)) -> None:
    """Emails of 4 kB, so many bytes of them."""
    now = clock.now()
    for start in range(0, size // ROW_BYTES, AT_ONCE):
        rows = [
            {"key": f"k{start + n}", "name": "n", "priority": "usual", "private": False, "to_address": "", "to_key": "",
             "subject": "s", "text": secrets.token_urlsafe(ROW_BYTES * 3 // 4), "html": "", "created_at": now,
             "due_at": now, "state": "sent", "ended_at": now}
            for n in range(AT_ONCE)
        ]  # fmt: skip
        with db.write() as session:
            session.bulk_insert_mappings(OutboxMail.__mapper__, rows)


def timed(name: str, act: Callable[[], Any]) -> Any:
    """Do it, and print how long it took."""
    began = time.monotonic()
    done = act()
    print(f"  {name}: {time.monotonic() - began:.1f} s")
    return done


def timed_restore(settings: Settings, file: Path) -> float:
    """Into the same home, with a safety copy of all that is there: the longer way."""
    began = time.monotonic()
    timed("restore, with a safety copy of as much", lambda: restore.restore(settings, file))
    return time.monotonic() - began
