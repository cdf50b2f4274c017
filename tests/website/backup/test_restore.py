"""Putting a backup back cannot make things worse."""

import gzip
import io
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text

from carrel.accounts.models import Reader
from carrel.db import Database
from carrel.mail import restore_hold
from carrel.page_cache import current_cache_version
from carrel.settings import Settings
from tests.support.accounts import BOB, make_reader
from website.backup import archive, backup_store, create, home_lock, restore
from website.backup.errors import InvalidBackupError, SiteRunningError

pytestmark = pytest.mark.own_database


def readers(db: Database) -> list[str | None]:
    with db.read() as session:
        return list(session.scalars(select(Reader.email).order_by(Reader.id)))


@pytest.mark.sweep
def test_data_12_everything_is_as_it_was_and_what_was_there_is_kept(
    home: Settings, db: Database, seen: Callable[[], str]
) -> None:
    before = seen()
    path = create.create_backup(home, db)
    make_reader(db, BOB)
    after = seen()
    restored = restore.restore(home, path)
    assert seen() == before
    assert restored.saved is not None
    restore.restore(home, restored.saved)
    assert seen() == after


@pytest.mark.sweep
def test_data_12_mail_is_held_and_kept_pages_are_old(home: Settings, db: Database) -> None:
    path = create.create_backup(home, db)
    with db.read() as session:
        epoch = current_cache_version(session)
    restored = restore.restore(home, path)
    with db.read() as session:
        hold = restore_hold.current(session)
        assert hold is not None
        assert hold.backup_made_at == restored.manifest.made_at
        assert hold.reconciled_at is None
        assert current_cache_version(session) > epoch


def test_into_an_empty_home_the_pictures_come_too(home: Settings, db: Database) -> None:
    path = create.create_backup(home, db).rename(home.home.parent / f"{home.home.name}-carried-away.tar.gz")
    if db.is_sqlite:
        db.close()
        shutil.rmtree(home.home)
    else:
        shutil.rmtree(home.home / "media")
    restored = restore.restore(home, path)
    assert readers(db) == ["anna@example.org"]
    assert (restored.saved is None) == db.is_sqlite
    assert (home.home / "media" / "0a1b-480.webp").read_bytes() == b"a picture" * 1000


def test_after_a_rollback_the_older_release_restores_what_it_saved_under_the_later_schema(
    home: Settings, db: Database
) -> None:
    with db.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    path = create.create_backup(home, db)
    assert archive.manifest_of(path).revision == "9999"
    restore.restore(home, path)
    assert readers(db) == ["anna@example.org"]


def test_pictures_that_came_later_stay(home: Settings, db: Database) -> None:
    path = create.create_backup(home, db)
    (home.home / "media" / "later.webp").write_bytes(b"later")
    restore.restore(home, path)
    assert (home.home / "media" / "later.webp").read_bytes() == b"later"


def test_data_12_a_damaged_database_is_set_aside_as_it_lies_there(home: Settings, db: Database) -> None:
    if not db.is_sqlite:
        pytest.skip("PostgreSQL minds its own files")
    path = create.create_backup(home, db)
    db.close()
    Path(str(db.url.database)).write_bytes(b"rubbish" * 5000)
    restored = restore.restore(home, path)
    assert restored.saved is not None
    assert (restored.saved / "carrel.db").read_bytes() == b"rubbish" * 5000
    assert readers(db) == ["anna@example.org"]


def test_while_the_site_runs_it_is_refused(home: Settings, db: Database, seen: Callable[[], str]) -> None:
    path = create.create_backup(home, db)
    before = seen()
    with home_lock.site_lock(home.home), pytest.raises(SiteRunningError, match="Stop the website"):
        restore.restore(home, path)
    assert seen() == before
    assert len(backup_store.all_backups(home.home)) == 1


def rewritten(path: Path, **changes: object) -> Path:
    """The same archive with another manifest."""
    with tarfile.open(path) as tar:
        parts = [(member.name, tar.extractfile(member).read()) for member in tar]  # type: ignore[union-attr]
    manifest = archive.manifest_of(path).model_copy(update=changes)
    target = path.with_name("rewritten.tar.gz")
    with tarfile.open(target, "w:gz") as tar:
        for name, content in [("manifest.json", manifest.model_dump_json().encode()), *parts[1:]]:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return target


def replaced(path: Path, content: bytes) -> Path:
    target = path.with_name("replaced.tar.gz")
    target.write_bytes(content)
    return target


Spoil = Callable[[Path, Database], Path]
WRONG: dict[str, tuple[Spoil, str]] = {
    "truncated": (lambda path, _: replaced(path, path.read_bytes()[:5000]), "cut short"),
    "newer schema": (lambda path, _: rewritten(path, revision="9999", oldest="9998"), "later release"),
    "newer format": (lambda path, _: rewritten(path, format=2), "later release"),
    "another database": (
        lambda path, db: rewritten(path, database="postgresql" if db.is_sqlite else "sqlite"),
        "its manifest names",
    ),
    "no archive": (lambda path, _: replaced(path, b"x" * 999), "not a Carrel backup"),
    "a gzip of something else": (lambda path, _: replaced(path, gzip.compress(b"y" * 9999)), "damaged"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_data_12_a_wrong_file_is_one_sentence_and_changes_nothing(
    home: Settings, db: Database, seen: Callable[[], str], kind: str
) -> None:
    spoil, words = WRONG[kind]
    wrong = spoil(create.create_backup(home, db), db)
    before = seen()
    with pytest.raises(InvalidBackupError, match=words) as refusal:
        restore.restore(home, wrong)
    assert "\n" not in str(refusal.value)
    assert seen() == before
    with db.read() as session:
        assert restore_hold.current(session) is None


def test_rows_that_the_manifest_does_not_count_are_refused(
    home: Settings, db: Database, seen: Callable[[], str]
) -> None:
    path = create.create_backup(home, db)
    rows = archive.manifest_of(path).rows | {"reader": 7}
    wrong, before = rewritten(path, rows=rows), seen()
    with pytest.raises(Exception, match="rows"):
        restore.restore(home, wrong)
    assert seen() == before
