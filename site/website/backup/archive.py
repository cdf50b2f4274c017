"""The file of a backup: a gzipped tar that begins with a manifest of everything else in it.

The manifest names each file with its size and SHA-256, and the rows of each table, so that a file which was
cut short, changed or made by a later release is known for what it is before anything is touched.
"""

import gzip
import hashlib
import io
import os
import re
import tarfile
import zlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from website.backup.contents import Contents
from website.backup.errors import InvalidBackupError

FORMAT = 1
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 64 * 1024 * 1024
CHUNK = 1024 * 1024
# What no archive of ours does, so that a small file does not fill a disk. Each has a mebibyte free.
SHRINKS = 250  # times; zeros at our level of gzip, and so free pages of a database, shrink 230 times
PICTURES_SHRINK = 2  # times; they are WebP
FILE = 40  # bytes that its hash and its name take at least: they do not shrink
QUICKLY = 1  # gzip's level: the texts shrink well at any, the pictures at none
SAFE = re.compile(r"database\.(sqlite3|pgdump)|media/[A-Za-z0-9][A-Za-z0-9._-]*")
PLAIN = re.compile(r"[a-z][a-z_]{0,62}")
UNREADABLE = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, RecursionError)


class ArchivedFile(BaseModel):
    """A file in the archive: its bytes, and their SHA-256 in hex."""

    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str


class Manifest(BaseModel):
    """What a backup says about itself. `made_at` is the moment of its snapshot, in UTC."""

    format: int
    made_at: datetime
    kind: str
    release: str
    database: Literal["sqlite", "postgresql"]
    revision: str
    oldest: str = ""  # revision whose release may read it; empty in files of earlier releases
    rows: dict[str, int]
    newest_payment: str | None
    settings: dict[str, str]
    files: dict[str, ArchivedFile]

    @property
    def contents(self) -> Contents:
        """What the database held, as counted when the backup was made."""
        return Contents(self.revision, self.rows, self.newest_payment)

    @field_validator("rows")
    @classmethod
    def _tables_have_plain_names(cls, value: dict[str, int]) -> dict[str, int]:
        if not all(PLAIN.fullmatch(name) for name in value):
            raise ValueError("it has a table that no migration creates")
        return value

    @field_validator("files")
    @classmethod
    def _names_stay_inside(cls, value: dict[str, ArchivedFile]) -> dict[str, ArchivedFile]:
        if not all(SAFE.fullmatch(name) for name in value):
            raise ValueError("it has a file that no backup contains")
        return value


def describe(path: Path) -> ArchivedFile:
    """Size and hash of a file on the disk."""
    with path.open("rb") as file:
        return ArchivedFile(size=path.stat().st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest())


def write(path: Path, manifest: Manifest, sources: Mapping[str, Path]) -> None:
    """Write the archive to a temporary file, read all of it back, and only then give it its name."""
    aside = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=QUICKLY) as tar:
            _add(tar, MANIFEST, io.BytesIO(text := manifest.model_dump_json(indent=1).encode()), len(text))
            for name, source in sources.items():
                with source.open("rb") as content:
                    _add(tar, name, content, manifest.files[name].size)
        file.flush()
        os.fsync(file.fileno())
    read(aside)
    aside.rename(path)
    sync_folder(path.parent)


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    tar.addfile(info, content)


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power failure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def manifest_of(path: Path) -> Manifest:
    """Only what a backup says about itself; quick. Raises `InvalidBackupError`."""
    try:
        with _UnpackedArchive(path) as plain, tarfile.open(fileobj=plain, mode="r:") as tar:
            return _manifest(tar, tar.next(), path)
    except UNREADABLE as error:
        raise InvalidBackupError(path, _reason(error)) from None
    except _InvalidMemberError as error:
        raise InvalidBackupError(path, str(error)) from None


def read(path: Path, into: Path | None = None) -> Manifest:
    """Read a whole archive and check every byte of it, writing its files below `into`. Raises `InvalidBackupError`."""
    try:
        with _UnpackedArchive(path) as plain, tarfile.open(fileobj=plain, mode="r:") as tar:
            manifest = _manifest(tar, tar.next(), path)
            files = {member.name: _extract(tar, member, manifest, into) for member in iter(tar.next, None)}
            _to_the_end(plain)
    except UNREADABLE as error:
        raise InvalidBackupError(path, _reason(error)) from None
    except _InvalidMemberError as error:
        raise InvalidBackupError(path, str(error)) from None
    if files != manifest.files:
        raise InvalidBackupError(
            path, "it is damaged: a file in it is missing, or not what the manifest says"
        )
    return manifest


class _UnpackedArchive(gzip.GzipFile):
    """The unpacked archive. tar's own headers say how long they are, and are read into memory at once."""

    def read(self, size: int | None = -1) -> bytes:
        """As a file does, but never more than the largest manifest. Raises `tarfile.ReadError`."""
        if size is None or not 0 <= size <= LARGEST_MANIFEST:
            raise tarfile.ReadError("a header that is too large")
        return super().read(size)


class _InvalidMemberError(Exception):
    """What is wrong with an archive, in words."""


def _reason(error: BaseException) -> str:
    return (
        "it is not a Carrel backup" if isinstance(error, gzip.BadGzipFile) else "it is damaged or cut short"
    )


def _to_the_end(plain: gzip.GzipFile) -> None:
    """Where gzip's own check stands; before it is only what fills tar's last block."""
    if len(plain.read(CHUNK)) == CHUNK:
        raise _InvalidMemberError("it continues after its end")


def _manifest(tar: tarfile.TarFile, member: tarfile.TarInfo | None, path: Path) -> Manifest:
    if member is None or member.name != MANIFEST or member.size > LARGEST_MANIFEST:
        raise tarfile.ReadError("no manifest")
    file = tar.extractfile(member)
    try:
        manifest = Manifest.model_validate_json(file.read() if file else b"")
    except ValidationError:
        raise tarfile.ReadError("a manifest that is none") from None
    _require_plausible(manifest, path.stat().st_size)
    return manifest


def _require_plausible(manifest: Manifest, packed: int) -> None:
    """Raises `_Wrong` when the archive would unpack to more than one of its size can hold."""
    sizes = {name: each.size for name, each in manifest.files.items()}
    pictures = sum(size for name, size in sizes.items() if name.startswith("media/"))
    if (
        min(sizes.values(), default=0) < 0
        or sum(sizes.values()) > packed * SHRINKS + CHUNK
        or pictures > packed * PICTURES_SHRINK + CHUNK
        or len(sizes) * FILE > packed
    ):
        raise _InvalidMemberError(
            f"it would unpack to {sum(sizes.values()):,} bytes in {len(sizes):,} files, more than a file of its size can hold"
        )


def _extract(
    tar: tarfile.TarFile, member: tarfile.TarInfo, manifest: Manifest, into: Path | None
) -> ArchivedFile:
    expected = manifest.files.get(member.name)
    source = tar.extractfile(member) if member.isreg() else None
    if expected is None or source is None or expected.size != member.size:
        raise _InvalidMemberError(f"it is damaged: {member.name!r} is not what the manifest says")
    digest = hashlib.sha256()
    with _target(into, member.name) as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
        target.flush()
    return ArchivedFile(size=member.size, sha256=digest.hexdigest())


def _target(into: Path | None, name: str) -> IO[bytes]:
    if into is None:
        return Path(os.devnull).open("wb")
    path = into / name
    path.parent.mkdir(exist_ok=True)
    return path.open("wb")
