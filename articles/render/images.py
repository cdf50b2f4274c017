"""Image files beside an article: finds, checks and publishes them."""

import os
import stat
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from articles.render.image_problems import (
    BrokenImageError,
    ImageLinkLoopError,
    ImageOutsideContentError,
    MissingImageError,
    UnknownImageTypeError,
)
from carrel.images.image import BYTES, WebImage


def find_image(folder: Path, src: str, root: Path) -> Path:
    """The file that `src` means in an article in `folder`.

    Raises MissingImageError, ImageOutsideContentError (outside of the
    content folder `root`) or ImageLinkLoopError.
    """
    if Path(src).is_absolute() or "\0" in src:
        raise ImageOutsideContentError(src)
    try:
        path = _as_stored(folder, src).resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingImageError(src) from None
    except (OSError, RuntimeError):  # Python 3.11 and 3.12 raise RuntimeError on a symlink loop, 3.13 OSError
        raise ImageLinkLoopError(src) from None
    if not path.is_relative_to(root.resolve()):
        raise ImageOutsideContentError(src)
    return path


def _as_stored(folder: Path, src: str) -> Path:
    """The path whose name reads alike: "é" is one character or two (Unicode's normal forms C and D).

    Where no file has the name, the only one whose letters differ in case is meant, as on most authors' computers.
    """
    path = folder
    for part in Path(src).parts:
        path = path / part if (path / part).exists() else _alike(path, part)
    return path


def _alike(folder: Path, name: str) -> Path:
    names = [path.name for path in folder.iterdir()]
    same = [other for other in names if _normal(other) == _normal(name)]
    same = same or [other for other in names if _normal(other).casefold() == _normal(name).casefold()]
    return folder / (same[0] if len(same) == 1 else name)


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)


@lru_cache(maxsize=64)
def files_by_name(folder: Path, _now_ns: int) -> Mapping[str, list[Path]]:
    """The files below a folder by name, at one moment; nothing below a name that begins with a dot."""
    files: dict[str, list[Path]] = defaultdict(list)
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            files[name].append(Path(place, name))
    return files


def check_image(path: Path) -> None:
    """Check a file as `publish_image` does, without writing anything. Raises ImageError."""
    from carrel.images import processing  # imported here because Pillow is slow to load and often not needed

    processing.inspect(path.name, _read(path))


def publish_image(path: Path, media: Path, url: str) -> WebImage:
    """Write the sizes of an image that `media` lacks, and return how to show it; see `carrel.images.processing`."""
    from carrel.images import processing

    return processing.publish(path.name, _read(path), media, url)


def _read(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnknownImageTypeError(path.name)
        with path.open("rb") as file:
            return file.read(BYTES + 1)  # one more than allowed, so that the check for size fails
    except FileNotFoundError:
        raise MissingImageError(path.name) from None
    except OSError as error:
        raise BrokenImageError(path.name) from error
