"""Copies of backups in a bucket, each encrypted before it leaves the machine (ADR 33)."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from carrel.object_store import Bucket, ObjectStoreError, backup_bucket
from carrel.settings import Settings
from website.backup import backup_store, encryption, home_lock
from website.backup.errors import BackupError, CopyFailedError, EncryptionError

PREFIX = ".copying-"
HEADERS = {"Content-Type": "application/octet-stream"}


@dataclass(frozen=True, order=True)
class BackupCopy:
    """A backup in the bucket, by the name that it has on the disk; bytes."""

    backup: backup_store.StoredBackup
    url: str
    size: int


def copy(settings: Settings, path: Path) -> str:
    """Encrypt a backup and copy it to the bucket; the copy's URL. Raises `CopyFailedError`: the backup itself is kept."""
    bucket = backup_bucket(settings)
    try:
        with _scratch_folder(settings) as folder:
            _encrypt_into(settings, bucket, path, folder)
    except (ObjectStoreError, EncryptionError) as error:
        raise CopyFailedError(path, str(error)) from None
    return _url(bucket, path.name)


def all_copies(settings: Settings) -> list[BackupCopy]:
    """The copies in the bucket, the newest first. Raises `ObjectStoreError`."""
    bucket = backup_bucket(settings)
    return sorted(_copies(bucket), reverse=True)


def rotate(settings: Settings, now: datetime) -> list[str]:
    """Delete the copies that would be deleted as backups on the disk; their names. Raises `ObjectStoreError`."""
    old = backup_store.expired([each.backup for each in all_copies(settings)], now)
    names = [f"{backup.path.name}{encryption.SUFFIX}" for backup in old]
    backup_bucket(settings).delete(names)
    return names


def fetch(settings: Settings, url: str, key_file: Path) -> Path:
    """Put a copy, decrypted, among the backups of this machine. Raises `BackupError`, `ObjectStoreError`."""
    bucket = backup_bucket(settings)
    name = url.removeprefix(f"{bucket.url}/").removesuffix(encryption.SUFFIX)
    if not backup_store.NAME.fullmatch(name):
        raise BackupError(f"{url} is not a copy of a backup in {bucket.url}. List them: carrel backup --list")
    with _scratch_folder(settings) as folder:
        plain = _fetch_into(bucket, name, folder, key_file)
        return plain.replace(backup_store.folder(settings.home) / name)


def open_file(settings: Settings, path: Path, key_file: Path) -> Path:
    """The same for a copy that was downloaded by other means."""
    with _scratch_folder(settings) as folder:
        plain = folder / path.name.removesuffix(encryption.SUFFIX)
        encryption.decrypt(path, plain, key_file)
        return plain.replace(backup_store.folder(settings.home) / plain.name)


def encrypt_again(settings: Settings, key_file: Path) -> Iterator[tuple[str, str]]:
    """Encrypt every copy to today's public keys, one after the other: its URL, and why it stayed as it was, if it did.

    Each is replaced as a whole, so it can be interrupted. Raises `ObjectStoreError`, `EncryptionError`.
    """
    bucket = backup_bucket(settings)
    for each in all_copies(settings):
        with _scratch_folder(settings) as folder:
            try:
                plain = _fetch_into(bucket, each.backup.path.name, folder, key_file)
            except EncryptionError as error:
                yield each.url, str(error)
                continue
            _encrypt_into(settings, bucket, plain, folder)
        yield each.url, ""


@contextmanager
def _scratch_folder(settings: Settings) -> Iterator[Path]:
    """A folder that goes with the block, as does what a killed one has left. Raises `BackupBusyError`."""
    backups = backup_store.folder(settings.home)
    with home_lock.copy_lock(backups):
        for left in backups.glob(f"{PREFIX}*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=PREFIX, dir=backups) as folder:
            yield Path(folder)


def _encrypt_into(settings: Settings, bucket: Bucket, path: Path, folder: Path) -> None:
    encrypted = folder / f"{path.name}{encryption.SUFFIX}"
    encryption.encrypt(path, encrypted, settings.backup_public_keys)
    bucket.write(encrypted.name, encrypted, HEADERS)
    if (there := bucket.size(encrypted.name)) != encrypted.stat().st_size:
        raise ObjectStoreError(
            f"{bucket.url} says that {encrypted.name} has {there} bytes: it is incomplete."
        )


def _fetch_into(bucket: Bucket, name: str, folder: Path, key_file: Path) -> Path:
    encrypted, plain = folder / f"{name}.downloaded", folder / name
    try:
        bucket.download(f"{name}{encryption.SUFFIX}", encrypted)
    except FileNotFoundError:
        raise BackupError(
            f"{_url(bucket, name)} does not exist. List the copies: carrel backup --list"
        ) from None
    encryption.decrypt(encrypted, plain, key_file)
    encrypted.unlink()
    return plain


def _copies(bucket: Bucket) -> Iterator[BackupCopy]:
    for each in bucket.objects():
        name = each.name.removesuffix(encryption.SUFFIX)
        if name != each.name and (backup := backup_store.parse(Path(name))):
            yield BackupCopy(backup, f"{bucket.url}/{each.name}", each.size)


def _url(bucket: Bucket, name: str) -> str:
    return f"{bucket.url}/{name}{encryption.SUFFIX}"


def newest(copies: Sequence[BackupCopy], latest: datetime) -> BackupCopy | None:
    """The newest that is not of a clock that was ahead."""
    return next((each for each in copies if each.backup.at <= latest), None)
