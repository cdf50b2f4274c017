"""Who on the same machine may read what the site writes, whatever the umask of its processes."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from carrel.db import Database
from carrel.settings import Settings
from website.backup import create
from website.migrations import migrate


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """What a shell has, and a service without `UMask=`: the strictest file is readable by all."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def readable_by_others(folder: Path) -> list[str]:
    """The files below a folder that a neighbour on the machine can read, unless a folder above is shut."""
    found = []
    for path in sorted(folder.rglob("*")):
        shut = any(not each.stat().st_mode & 0o001 for each in path.parents if each.is_relative_to(folder))
        if path.is_file() and path.stat().st_size and not shut and path.stat().st_mode & 0o077:
            found.append(str(path.relative_to(folder)))
    return found


def test_a_neighbour_wants_to_read_the_database_and_what_lies_beside_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    db = Database(f"sqlite:///{tmp_path}/carrel.db")
    migrate(db)
    with db.read() as session:
        session.connection()
        assert {path.name for path in tmp_path.iterdir()} >= {"carrel.db", "carrel.db-wal", "carrel.db-shm"}
        assert readable_by_others(tmp_path) == []
    db.close()


def test_a_neighbour_wants_to_read_a_database_that_an_earlier_release_left_open(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with closing(sqlite3.connect(tmp_path / "carrel.db")) as connection:
        connection.execute("CREATE TABLE x (y)")
    assert readable_by_others(tmp_path) == ["carrel.db"]
    db = Database(f"sqlite:///{tmp_path}/carrel.db")
    with db.write() as session:
        session.connection()
        assert readable_by_others(tmp_path) == []
    db.close()


def test_a_neighbour_wants_to_read_a_backup(tmp_path: Path, settings: Settings, db: Database) -> None:
    tmp_path.chmod(0o755)
    path = create.create_backup(settings, db)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
