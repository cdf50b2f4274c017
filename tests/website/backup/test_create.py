"""A backup is made beside a running site, proves itself, and holds no secret."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from carrel import clock
from carrel.accounts.models import Reader
from carrel.db import Database
from carrel.mail.models import OutboxMail
from carrel.settings import Settings
from tests.conftest import KEY
from tests.support.accounts import make_reader
from website.backup import archive, backup_store, create, home_lock
from website.backup.errors import BackupBusyError, DamagedDatabaseError
from website.migrations import UnknownSchemaError


def test_data_10_a_backup_counts_every_row_and_holds_the_pictures(home: Settings, db: Database) -> None:
    path = create.create_backup(home, db)
    manifest = archive.read(path)
    with db.read() as session:
        readers = session.scalar(select(func.count()).select_from(Reader))
    assert manifest.rows["reader"] == readers == 1
    assert manifest.rows["site_secret"] >= 3
    assert [name for name in manifest.files if name.startswith("media/")] == ["media/0a1b-480.webp"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_data_10_it_holds_no_key_of_the_settings(home: Settings, db: Database, tmp_path: Path) -> None:
    path = create.create_backup(home, db)
    manifest = archive.read(path, tmp_path)
    assert manifest.settings["mail_from"] == home.mail_from
    text = manifest.model_dump_json()
    assert KEY not in text
    assert "sk_test_carrel" not in text
    assert "whsec_carrel" not in text
    assert "database_url" not in text


def test_data_10_writers_go_on_while_a_backup_is_made(home: Settings, db: Database) -> None:
    stop, written, failures = threading.Event(), [0], []

    def write() -> None:
        try:
            while not stop.is_set():
                make_reader(db, None)
                written[0] += 1
        except Exception as wrong:
            failures.append(wrong)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        manifests = [archive.read(create.create_backup(home, db, kind)) for kind in ("nightly", "by-hand")]
    finally:
        stop.set()
        writer.join()
    assert failures == []
    assert 1 <= manifests[0].rows["reader"] <= manifests[1].rows["reader"] <= written[0] + 1


def test_two_at_once_are_refused(home: Settings, db: Database) -> None:
    with home_lock.backup_lock(backup_store.folder(home.home)), pytest.raises(BackupBusyError):
        create.create_backup(home, db)


def test_what_a_killed_backup_left_is_swept_up(home: Settings, db: Database) -> None:
    folder = backup_store.folder(home.home)
    (folder / ".carrel-x.tar.gz.part").write_bytes(b"half")
    (folder / ".scratch-abc").mkdir()
    path = create.create_backup(home, db)
    assert {file.name for file in folder.iterdir()} == {path.name, ".lock"}


@pytest.mark.own_database
def test_a_damaged_database_is_said_to_be_damaged_and_not_saved_as_good(home: Settings, db: Database) -> None:
    if not db.is_sqlite:
        pytest.skip("PostgreSQL finds its own damage while it dumps")
    with db.write() as session:
        rows = [
            {"key": str(n), "name": "n", "priority": "usual", "private": False, "to_address": "a", "to_key": "a",
             "subject": "s", "text": "x" * 3000, "html": "", "created_at": clock.now(), "due_at": clock.now()}
            for n in range(50)
        ]  # fmt: skip
        session.bulk_insert_mappings(OutboxMail.__mapper__, rows)
    db.close()
    file = Path(str(db.url.database))
    content = bytearray(file.read_bytes())
    content[-40 * 4096 : -20 * 4096] = b"\x55" * (20 * 4096)
    file.write_bytes(content)
    with pytest.raises(DamagedDatabaseError, match="carrel restore"):
        create.create_backup(home, db)
    assert backup_store.all_backups(home.home) == []


@pytest.mark.own_database
def test_data_16_a_schema_that_will_change_is_saved_first(home: Settings, db: Database) -> None:
    assert create.back_up_before_migration(home, db) is None
    with db.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    saved = create.back_up_before_migration(home, db)
    assert saved is not None
    assert archive.manifest_of(saved).revision == "0003"
    assert [backup.kind for backup in backup_store.all_backups(home.home)] == ["before-migration"]


@pytest.mark.own_database
def test_a_later_schema_is_neither_saved_nor_touched(home: Settings, db: Database) -> None:
    with db.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert create.back_up_before_migration(home, db) is None
    with db.write() as session:
        session.execute(text("UPDATE schema_compatibility SET oldest = '9998'"))
    with pytest.raises(UnknownSchemaError):
        create.back_up_before_migration(home, db)
    assert backup_store.all_backups(home.home) == []
