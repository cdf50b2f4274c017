"""Killed in the middle of a backup or a restoration: nothing is lost, and the next one completes."""

import os
from collections.abc import Callable

import pytest

from carrel.db import Database
from carrel.settings import Settings
from tests.support.accounts import BOB, make_reader
from tests.website.backup import killer
from website.backup import archive, backup_store, create

pytestmark = [pytest.mark.faults, pytest.mark.own_database]
FULL = bool(os.environ.get("CARREL_FULL_FAULTS"))
POINTS = 100 if FULL else 3


def spread(total: int) -> list[int]:
    return sorted({1 + number * (total - 1) // (POINTS - 1) for number in range(POINTS)})


def test_data_10_a_backup_killed_anywhere_leaves_no_half_backup(
    home: Settings, db: Database, seen: Callable[[], str]
) -> None:
    if not (db.is_sqlite or FULL):
        pytest.skip("the file is written in the same way, and pg_dump takes long: make faults does it")
    before = seen()
    total = killer.until(killer.backup, home, None, 0)
    assert total > 100
    for kill_at in spread(total):
        killer.until(killer.backup, home, None, kill_at)
        for backup in backup_store.all_backups(home.home):
            archive.read(backup.path)
        assert seen() == before
    create.create_backup(home, db)
    assert not [path for path in backup_store.folder(home.home).glob(".*") if path.name != ".lock"]


def test_data_12_a_restoration_killed_anywhere_leaves_the_old_or_the_new(
    home: Settings, db: Database, seen: Callable[[], str]
) -> None:
    old_file, old = create.create_backup(home, db, "nightly"), seen()
    make_reader(db, BOB)
    new_file, new = create.create_backup(home, db, "by-hand"), seen()
    total = killer.until(killer.restore, home, old_file, 0)
    assert seen() == old
    ends = []
    for kill_at in spread(total):
        killer.until(killer.restore, home, new_file, 0)  # removes what the last one left, so that points stay
        assert seen() == new
        killer.until(killer.restore, home, old_file, kill_at)
        assert seen() in (old, new), f"half a database after point {kill_at} of {total}"
        ends.append(seen() == old)
    assert ends[0] is False
    assert ends[-1] is True
    killer.until(killer.restore, home, old_file, 0)
    assert seen() == old
