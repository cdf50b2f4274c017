"""Making a backup: a snapshot of the database, the media, and a manifest that can prove both."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import SecretStr

from carrel import clock
from carrel.db import Database
from carrel.media import FOLDER as MEDIA
from carrel.settings import Settings
from website.backup import archive, backup_store, home_lock, postgres_copy, sqlite_copy
from website.backup.archive import Manifest
from website.backup.contents import Contents
from website.backup.errors import BackupBusyError
from website.migrations import HEAD, current_revision
from website.migrations.compatibility import oldest_compatible

HOLDS_A_PASSWORD = {"database_url", "redis_url"}


def create_backup(settings: Settings, db: Database, kind: str = "by-hand") -> Path:
    """Make a backup of the running site; its path. It is fully verified before it gets its name.

    Raises `BackupBusyError`, `DamagedDatabaseError`, `ProgramFailedError`, and `OSError` when the disk is full.
    """
    with home_lock.backup_lock(backup_store.folder(settings.home)):
        backup_store.clean_up(settings.home)
        return create_backup_locked(settings, db, kind)


def back_up_before_migration(settings: Settings, db: Database) -> Path | None:
    """A backup of a database whose schema is about to be changed; None when there is nothing to change (DATA-16)."""
    revision = current_revision(db)
    if revision in {None, HEAD}:
        return None
    from website.migrations.upgrade import is_later  # here, as Alembic takes long to load

    if is_later(db, revision):
        return None
    try:
        return create_backup(settings, db, "before-migration")
    except BackupBusyError:  # somebody else who migrates makes it
        return None


def create_backup_locked(settings: Settings, db: Database, kind: str) -> Path:
    """The same, for a caller that holds the lock."""
    now = clock.now()
    with scratch_folder(settings.home) as folder:
        name = sqlite_copy.NAME if db.is_sqlite else postgres_copy.NAME
        snapshot = _dump(db, folder / name)
        sources = {name: folder / name} | _media(settings)
        manifest = Manifest(
            format=archive.FORMAT,
            made_at=now,
            kind=kind,
            release=_release(),
            database="sqlite" if db.is_sqlite else "postgresql",
            revision=snapshot.revision,
            oldest=oldest_compatible(db),
            rows=snapshot.rows,
            newest_payment=snapshot.newest_payment,
            settings=_public(settings),
            files={file: archive.describe(path) for file, path in sources.items()},
        )
        path = backup_store.path_for(settings.home, now, kind)
        archive.write(path, manifest, sources)
    return path


def _dump(db: Database, copy: Path) -> Contents:
    if db.is_sqlite:
        return sqlite_copy.dump(Path(str(db.url.database)), copy)
    return postgres_copy.dump(db.url, copy)


def _media(settings: Settings) -> dict[str, Path]:
    """A picture never changes under its name, so it can be read while others are added.

    Those in a bucket stay there: none goes while a backup names it (`website.pictures.cleaning`).
    """
    if settings.media_url:
        return {}
    return {
        f"{MEDIA}/{path.name}": path
        for path in sorted((settings.home / MEDIA).glob("*"))
        if path.is_file() and archive.SAFE.fullmatch(f"{MEDIA}/{path.name}")
    }


def _release() -> str:
    try:
        return version("carrel")
    except PackageNotFoundError:  # run from its sources
        return "unknown"


def _public(settings: Settings) -> dict[str, str]:
    """What was set, but for what is secret: enough to set up another machine alike."""
    public = {name: getattr(settings, name) for name in settings.model_fields_set - HOLDS_A_PASSWORD}
    return {name: str(value) for name, value in sorted(public.items()) if not _is_secret(value)}


def _is_secret(value: object) -> bool:
    return isinstance(value, SecretStr) or (
        isinstance(value, tuple) and any(isinstance(part, SecretStr) for part in value)
    )


@contextmanager
def scratch_folder(home: Path) -> Iterator[Path]:
    """A folder beside the backups, and so on their disk, that goes with the block."""
    with tempfile.TemporaryDirectory(prefix=".scratch-", dir=backup_store.folder(home)) as folder:
        yield Path(folder)
