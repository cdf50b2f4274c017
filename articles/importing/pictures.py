"""Brings the pictures of a post into the exam's folder."""

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from articles.importing.download import DownloadError, download_picture
from articles.importing.export import Export, Post
from articles.importing.files import write_whole
from articles.loading.file_names import slug_of
from carrel.images.problems import AnimatedImageError, ImageError

FOLDER = "images"
_ENDINGS = {"PNG": ".png", "JPEG": ".jpg", "MPO": ".jpg", "WEBP": ".webp", "GIF": ".gif"}
Download = Callable[[str], bytes]


class NoPictureError(Exception):
    """A picture cannot be brought along; the message says why."""


@dataclass
class Pictures:
    """The pictures of one import. Each is looked for once; `download` is None where nothing may be fetched."""

    export: Export
    folder: Path
    download: Download | None = download_picture
    dry_run: bool = False
    brought: dict[str, str | None] = field(default_factory=dict)  # paths from the folder by address
    reasons: dict[str, str] = field(default_factory=dict)
    to_fetch: set[str] = field(default_factory=set)  # in a dry run
    written: int = 0

    def bring(self, address: str, post: Post) -> str:
        """The path from the exam's folder. Raises `NoPictureError`."""
        key = address if urlsplit(address).scheme else f"{post.source}\n{address}"
        if key not in self.brought:
            try:
                self.brought[key] = self._bring(address, post)
            except NoPictureError as error:
                self.brought[key], self.reasons[key] = None, str(error)
        if path := self.brought[key]:
            return path
        raise NoPictureError(self.reasons[key])

    def _bring(self, address: str, post: Post) -> str:
        if address.startswith("data:"):
            raise NoPictureError("it is part of the text (data:)")
        if found := self.export.find_file(address, post):
            path, data = found
            return self._store(str(path), data, post)
        if not address.startswith(("http://", "https://")):
            hint = (
                "; with `--url https://…` it is fetched from the old site"
                if address.startswith("__GHOST_URL__")
                else ""
            )
            raise NoPictureError(f"the export has no such file{hint}")
        return self._fetch(address, post)

    def _fetch(self, address: str, post: Post) -> str:
        name = fetched_name(address)
        if stored := next(iter(sorted(self.folder.glob(f"{name}.*"))), None):
            return stored.relative_to(self.folder).as_posix()
        if self.dry_run:
            self.to_fetch.add(address)
            return f"{name}.png"
        if self.download is None:
            raise NoPictureError("it is on another server, and downloads are turned off")
        try:
            data = self.download(address)
        except DownloadError as error:
            raise NoPictureError(str(error)) from None
        return self._store(f"{name}{PurePosixPath(urlsplit(address).path).suffix}", data, post)

    def _store(self, name: str, data: bytes, post: Post) -> str:
        data, ending, change = usable(name, data)
        path = str(PurePosixPath(name).with_suffix(ending))
        if change:
            post.note(f"The picture {name}: {change}")
        target = self.folder / path
        if not target.exists() and not self.dry_run:
            write_whole(target, data)
            self.written += 1
        return path


def usable(name: str, data: bytes) -> tuple[bytes, str, str]:
    """A picture that can be published, its ending, and what had to be changed. Raises `NoPictureError`."""
    from carrel.images import processing

    try:
        processing.inspect(PurePosixPath(name).name, data)
    except AnimatedImageError:
        return (
            _first_frame(data),
            ".png",
            "it was animated, which readers could not stop; only its first frame is kept.",
        )
    except ImageError as error:
        raise NoPictureError(f"{error.message} {error.hint}") from None
    return data, _ending(name, data), ""


def _ending(name: str, data: bytes) -> str:
    from PIL import Image

    written = PurePosixPath(name).suffix.lower()
    with Image.open(io.BytesIO(data)) as image:
        right = _ENDINGS[image.format or "PNG"]
    return PurePosixPath(name).suffix if written in {right, ".jpeg" if right == ".jpg" else right} else right


def _first_frame(data: bytes) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.seek(0)
        image.convert("RGBA").save(out, "PNG")
    return out.getvalue()


def fetched_name(address: str) -> str:
    """The path, without an ending, of a picture from another server: always the same for one address."""
    parts = urlsplit(address)
    stem = slug_of(f"{PurePosixPath(unquote(parts.path)).stem or 'picture'}.md") or "picture"
    host = re.sub(r"[^a-z0-9.-]", "", parts.hostname or "")
    return f"{FOLDER}/{host}/{stem[:60]}-{hashlib.sha256(address.encode()).hexdigest()[:8]}"
