"""Pictures by names made of their content: in the folder of this machine, or in a bucket that all machines share (ADR 33).

A file never changes under its name. So what a machine has once fetched is right for good, and its folder `media` is where
pictures are made and read in either case.
"""

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import BoundedSemaphore
from typing import Protocol

from carrel.object_store import Bucket, ObjectStoreError, StoredObject, media_bucket
from carrel.settings import Settings
from carrel.whole_file import write_file

FOLDER = "media"
PATH = "/media/"  # on the site
TYPES = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg"}
NAME = re.compile(r"[0-9a-f]{16,64}-\d{1,5}(?:\.webp|-mail\.(?:png|jpg))")
FOREVER = "public, max-age=31536000, immutable"
_IMAGE = re.compile(r'<img\b(?:[^>"]|"[^"]*")*>')
_SOURCE = re.compile(rf'( src="| srcset="|\d+w, ){PATH}')  # a picture's address, as our own HTML has it
AT_ONCE = 16  # requests of one publication to the bucket
_WAITING = BoundedSemaphore(
    4
)  # so many threads of a process may ask the bucket; the others have pages to serve
PATIENCE = 1.0  # seconds that another one waits for its turn


class MediaBusyError(ObjectStoreError):
    """Others wait for the bucket already: it is slow, or away."""

    def __init__(self) -> None:
        super().__init__(
            "The bucket of MEDIA_URL is slow to answer, so no more pictures are asked of it for now."
        )


class Media(Protocol):
    """Where pictures are. Files are written into `folder`, then shared."""

    @property
    def folder(self) -> Path:
        """The files of this machine."""

    def find(self, name: str) -> Path | None:
        """The file of a picture; None when there is none. Raises `ObjectStoreError`."""

    def has(self, name: str) -> bool:
        """Whether every machine can find it. Raises `ObjectStoreError`."""

    def may_have(self, name: str) -> bool:
        """Whether there may be such a picture, without asking another machine."""

    def share(self, names: Iterable[str]) -> None:
        """Let every machine have these files of the folder. Raises `ObjectStoreError`."""

    def stored(self) -> Iterator[StoredObject]:
        """All pictures that every machine has. Raises `ObjectStoreError`."""

    def delete(self, names: Iterable[str]) -> None:
        """Delete pictures. Raises `ObjectStoreError`."""


def media_of(settings: Settings) -> Media:
    """The pictures of a site."""
    folder = settings.home / FOLDER
    return BucketMedia(folder, media_bucket(settings)) if settings.media_url else LocalMedia(folder)


def with_cdn(settings: Settings, html: str) -> str:
    """The HTML of a page with its pictures from the CDN, if there is one.

    Feeds and emails keep the site's own address: they cannot be changed once they are out, and a CDN can.
    """
    if not settings.media_cdn_url:
        return html
    return _IMAGE.sub(lambda image: _SOURCE.sub(rf"\1{settings.media_cdn_url}/", image[0]), html)


@dataclass(frozen=True)
class LocalMedia:
    """One machine: the folder is all there is."""

    folder: Path

    def find(self, name: str) -> Path | None:
        """The file in the folder."""
        path = self.folder / name
        return path if path.is_file() else None

    def has(self, name: str) -> bool:
        """Whether the folder has it."""
        return self.find(name) is not None

    def may_have(self, name: str) -> bool:
        """Whether the folder has it."""
        return self.has(name)

    def share(self, names: Iterable[str]) -> None:
        """Nobody to share with."""

    def stored(self) -> Iterator[StoredObject]:
        """The files in the folder."""
        for path in self.folder.glob("*"):
            with suppress(FileNotFoundError):
                stat = path.stat()
                modified = datetime.fromtimestamp(stat.st_mtime, UTC)
                if NAME.fullmatch(path.name):
                    yield StoredObject(path.name, stat.st_size, modified)

    def delete(self, names: Iterable[str]) -> None:
        """Delete the files."""
        for name in names:
            (self.folder / name).unlink(missing_ok=True)


@dataclass(frozen=True)
class BucketMedia:
    """Several machines: the bucket has all pictures, the folder those that this machine made or was asked for."""

    folder: Path
    bucket: Bucket

    def find(self, name: str) -> Path | None:
        """The file in the folder, fetched unless it is there. Raises `ObjectStoreError`."""
        path = self.folder / name
        if path.is_file():
            return path
        if not NAME.fullmatch(name):
            return None
        try:
            write_file(path, self._fetch(name))
        except FileNotFoundError:
            return None
        return path

    def has(self, name: str) -> bool:
        """Whether the bucket has it. Raises `ObjectStoreError`."""
        return self.bucket.size(name) is not None

    def may_have(self, name: str) -> bool:
        """Perhaps: only the bucket knows."""
        return bool(name)

    def share(self, names: Iterable[str]) -> None:
        """Put what the bucket lacks there, several files at once. Raises `ObjectStoreError`."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self._share_one, names))

    def stored(self) -> Iterator[StoredObject]:
        """The pictures in the bucket."""
        return (each for each in self.bucket.objects() if NAME.fullmatch(each.name))

    def delete(self, names: Iterable[str]) -> None:
        """Delete the pictures, here and in the bucket."""
        names = list(names)
        self.bucket.delete(names)
        LocalMedia(self.folder).delete(names)

    def _fetch(self, name: str) -> bytes:
        if not _WAITING.acquire(timeout=PATIENCE):
            raise MediaBusyError
        try:
            return self.bucket.read(name)
        finally:
            _WAITING.release()

    def _share_one(self, name: str) -> None:
        if not self.has(name):
            headers = {"Content-Type": TYPES[Path(name).suffix], "Cache-Control": FOREVER}
            self.bucket.write(name, self.folder / name, headers)
