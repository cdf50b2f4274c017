"""Images beside an article: found, checked, and made anew."""

import stat
from pathlib import Path

from articles.render.image_problems import (
    BrokenImageError,
    ImageLinkLoopError,
    ImageOutsideContentError,
    MissingImageError,
    UnknownImageTypeError,
)
from carrel.images.image import BYTES, WebImage


def find(folder: Path, src: str, root: Path) -> Path:
    """Give the file that an article in `folder` calls `src`.

    Raises MissingImageError, ImageOutsideContentError (outside the content folder `root`) or ImageLinkLoopError (a circle of symlinks).
    """
    if Path(src).is_absolute() or "\0" in src:
        raise ImageOutsideContentError(src)
    try:
        path = (folder / src).resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingImageError(src) from None
    except (OSError, RuntimeError):  # Python 3.11 and 3.12 raise RuntimeError for a circle, 3.13 OSError
        raise ImageLinkLoopError(src) from None
    if not path.is_relative_to(root.resolve()):
        raise ImageOutsideContentError(src)
    return path


def inspect(path: Path) -> None:
    """Check a file as `publish` does, and write nothing. Raises an ImageError."""
    from carrel.images import (
        processing,  # here, as Pillow takes long to load, and most articles have no image
    )

    processing.inspect(path.name, _read(path))


def publish(path: Path, media: Path, url: str) -> WebImage:
    """Write the widths of an image that `media` lacks, and say how to show it; see `carrel.images.processing`."""
    from carrel.images import processing

    return processing.publish(path.name, _read(path), media, url)


def _read(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnknownImageTypeError(path.name)
        with path.open("rb") as file:
            return file.read(BYTES + 1)  # one byte too many is refused by whoever looks at it
    except FileNotFoundError:
        raise MissingImageError(path.name) from None
    except OSError as error:
        raise BrokenImageError(path.name) from error
