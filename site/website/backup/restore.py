"""Restoring a backup, without making anything worse (DATA-12).

The file is read and fully verified first. Then the present state is saved. Then the database becomes the
backup in one transaction, in which all mail is held: killed at any point, it is the old or the new.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update

from articles.search import upkeep
from carrel import clock
from carrel.db import Database
from carrel.mail import restore_hold
from carrel.media import FOLDER, Media, media_of
from carrel.page_cache import CacheVersion
from carrel.services import open_database
from carrel.settings import Settings
from website.backup import archive, backup_store, create, home_lock, other_kind, postgres_copy, sqlite_copy
from website.backup.archive import Manifest
from website.backup.errors import DamagedDatabaseError, InvalidBackupError
from website.migrations import migrate
from website.migrations.upgrade import is_known

NAMES = {"sqlite": sqlite_copy.NAME, "postgresql": postgres_copy.NAME}
VERSIONS_AHEAD = 1_000_000  # so that no page kept from before looks current


@dataclass(frozen=True)
class Restored:
    """What was put back, and where that is now which was there before."""

    manifest: Manifest
    saved: Path | None


def restore(settings: Settings, file: Path) -> Restored:
    """Make the site what it was when the backup was made, with all mail held.

    Raises `InvalidBackupError`, `SiteRunningError`, `BackupBusyError`, `ProgramFailedError`, `ObjectStoreError`; nothing
    is changed then.
    """
    db = open_database(settings)
    try:
        with home_lock.restore_lock(settings.home), home_lock.backup_lock(backup_store.folder(settings.home)):
            backup_store.clean_up(settings.home)
            with create.scratch_folder(settings.home) as folder:
                return _restore(settings, db, file, folder)
    finally:
        db.close()


def _restore(settings: Settings, db: Database, file: Path, folder: Path) -> Restored:
    manifest = check(file, db)
    _require_room(settings, file, manifest)
    archive.read(file, folder)
    _convert(file, folder, manifest, db)
    ready = _stage_sqlite(folder, file, manifest) if db.is_sqlite else _stage_postgres(folder)
    saved = _save(settings, db)
    _put_media(folder / FOLDER, media_of(settings))
    if db.is_sqlite:
        sqlite_copy.install(ready, Path(str(db.url.database)))
    else:
        postgres_copy.install(db.url, ready, _last_statements(manifest))
        migrate(db)
    if manifest.database != _kind(db):
        upkeep.index_all(db)
    return Restored(manifest, saved)


def check(file: Path, db: Database) -> Manifest:
    """What a file says about itself, if it can be restored here. Raises `InvalidBackupError`."""
    manifest = archive.manifest_of(file)
    if manifest.format > archive.FORMAT or not _may_be_read(manifest):
        raise InvalidBackupError(
            file, f"it was made by a later release ({manifest.release}): install that one first"
        )
    if NAMES[manifest.database] not in manifest.files:
        raise InvalidBackupError(file, f"it lacks the {manifest.database} database that its manifest names")
    return manifest


def _kind(db: Database) -> str:
    return "sqlite" if db.is_sqlite else "postgresql"


def _convert(file: Path, folder: Path, manifest: Manifest, db: Database) -> None:
    """A backup of the other kind becomes one of this."""
    if manifest.database == _kind(db):
        return
    if not is_known(manifest.revision):
        reason = f"it comes from the other kind of database, so it needs the release that made it ({manifest.release})"
        raise InvalidBackupError(file, reason)
    if db.is_sqlite:
        other_kind.to_sqlite(folder, manifest)
    else:
        sqlite_copy.verify(folder / sqlite_copy.NAME)
        other_kind.to_postgres(folder, manifest, db.url)


def _may_be_read(manifest: Manifest) -> bool:
    return is_known(manifest.revision) or is_known(manifest.oldest or manifest.revision)


def _require_room(settings: Settings, file: Path, manifest: Manifest) -> None:
    """Unpacked, and once more as the safety copy of what is there."""
    needed = 2 * sum(file.size for file in manifest.files.values())
    if (free := shutil.disk_usage(settings.home).free) < needed:
        raise InvalidBackupError(
            file, f"it needs {needed:,} bytes on the disk of {settings.home}, but only {free:,} are free"
        )


def _stage_sqlite(folder: Path, file: Path, manifest: Manifest) -> Path:
    """The database as it will be: whole, in this release's schema, with mail held."""
    copy = folder / sqlite_copy.NAME
    try:
        staged_contents = sqlite_copy.verify(copy)
    except DamagedDatabaseError as error:
        raise InvalidBackupError(file, str(error)) from None
    if staged_contents != manifest.contents:
        raise InvalidBackupError(file, "its rows are not those that its manifest counts")
    staged = Database(f"sqlite:///{copy}")
    try:
        migrate(staged)
        with staged.write() as session:
            restore_hold.start(session, backup_made_at=manifest.made_at)
            session.execute(update(CacheVersion).values(value=CacheVersion.value + VERSIONS_AHEAD))
    finally:
        staged.close()
    return copy


def _stage_postgres(folder: Path) -> Path:
    script = folder / "database.sql"
    postgres_copy.as_statements(folder / postgres_copy.NAME, script)
    return script


def _last_statements(manifest: Manifest) -> list[str]:
    return [
        postgres_copy.row_counts_sql(manifest.contents),
        restore_hold.start_sql(clock.now(), manifest.made_at),
        f"UPDATE epoch SET value = value + {VERSIONS_AHEAD}",  # noqa: S608 - a constant
    ]


def _save(settings: Settings, db: Database) -> Path | None:
    """The safety copy. A database that is too damaged for one is set aside as it is."""
    if not _is_there(db):
        return None
    try:
        return create.create_backup_locked(settings, db, "before-restore")
    except DamagedDatabaseError:
        folder = backup_store.folder(settings.home) / f"damaged-{clock.now():{backup_store.AT}}"
        sqlite_copy.set_aside(Path(str(db.url.database)), folder)
        return folder


def _is_there(db: Database) -> bool:
    if not db.is_sqlite:
        return not postgres_copy.is_empty(db.url)
    path = Path(str(db.url.database))
    return path.exists() and path.stat().st_size > 0


def _put_media(source: Path, media: Media) -> None:
    """Add the pictures; none that is there goes. Raises `ObjectStoreError`."""
    if not source.exists():
        return
    media.folder.mkdir(parents=True, exist_ok=True)
    paths = list(source.iterdir())
    for path in paths:
        path.chmod(0o644)
        path.replace(media.folder / path.name)
    archive.sync_folder(media.folder)
    media.share(path.name for path in paths)
