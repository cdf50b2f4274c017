"""Images re-encoded as WebP, in the widths that a page needs (CON-03).

The uploaded file itself is never served: pixels are decoded and encoded again, so metadata and anything
hidden in the file stay behind. File names are a hash of the source and of this recipe: they may be served as
immutable, and what is already there need not be made again.
"""

import hashlib
import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageCms, UnidentifiedImageError

from carrel.images.image import BYTES, PIXELS, SHAPE, SIDE, WebImage
from carrel.images.problems import (
    AnimatedImageError,
    BrokenImageError,
    ImageShapeError,
    ImageTooLargeError,
    SvgRefusedError,
    TooManyPixelsError,
    UnknownImageTypeError,
)
from carrel.whole_file import write_file

WIDTHS = (480, 960, 1440)
DEFAULT = 960  # the width of `src`, for browsers without `srcset`
RECIPE = b"webp 2"  # change it when the encoding below changes: every name changes with it

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
QUARTER_TURNS = {TURNS[each] for each in (5, 6, 7, 8)}

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_DRAWN = ("PNG", "GIF")  # lossless is often smaller for drawings, and always sharper
_PHOTO = {"quality": 82, "method": 4}
_DRAWING = {"lossless": True, "quality": 60, "method": 4}


def inspect(name: str, content: bytes) -> None:
    """Check an image as `publish` does, and write nothing. Raises an ImageError."""
    with _open(name, content) as image, _readable(name):
        _decode(image)


def publish(name: str, content: bytes, media: Path, url: str) -> WebImage:
    """Write the widths of an image that `media` lacks, each file at once, and say how to show it.

    `name` is what its author calls it; `url` is that of `media`, with a slash at its end. Raises an
    ImageError.
    """
    stem = hashlib.sha256(RECIPE + content).hexdigest()[:24]
    with _open(name, content) as image:
        with _readable(name):
            sizes = _sizes(image)
        missing = [size for size in sizes if not (media / _file(stem, size[0])).exists()]
        if missing:
            drawn = image.format in _DRAWN
            with _readable(name):
                pixels = _decode(image)
            for size in missing:
                write_file(media / _file(stem, size[0]), _encode(pixels, size, drawn=drawn))
    width, height = max((size for size in sizes if size[0] <= DEFAULT), default=sizes[0])
    srcset = ", ".join(f"{url}{_file(stem, wide)} {wide}w" for wide, _ in sizes) if len(sizes) > 1 else ""
    return WebImage(url + _file(stem, width), width, height, srcset)


def pixels(name: str, content: bytes) -> Image.Image:
    """All pixels of an image, upright and in sRGB. Raises an ImageError."""
    with _open(name, content) as image, _readable(name):
        return _decode(image)


def encode(name: str, content: bytes, widths: Sequence[int]) -> list[tuple[int, bytes]]:
    """The image as WebP in these widths, none larger than it is: each with its width. Raises an ImageError."""
    with _open(name, content) as image, _readable(name):
        sizes, drawn = _sizes(image, widths), image.format in _DRAWN
        upright = _decode(image)
        return [(size[0], _encode(upright, size, drawn=drawn)) for size in sizes]


def _open(name: str, content: bytes) -> Image.Image:
    """Read the header only; the file's first bytes decide its format, its name does not."""
    if len(content) > BYTES:
        raise ImageTooLargeError(name)
    try:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # about damaged EXIF data
            image = Image.open(io.BytesIO(content), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooManyPixelsError(name) from None
    except UnidentifiedImageError:
        start = content[:2000].lower()
        raise (
            SvgRefusedError if b"<svg" in start or name.lower().endswith(".svg") else UnknownImageTypeError
        )(name) from None
    except Exception as error:
        raise BrokenImageError(name) from error
    if image.width * image.height > PIXELS:
        raise TooManyPixelsError(name)
    if max(image.size) > min(SIDE, SHAPE * min(image.size)):
        raise ImageShapeError(name)
    # Phones put a second, smaller frame into a JPEG (MPO); the first one is the photo, and nothing moves.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise AnimatedImageError(name)
    return image


def _sizes(image: Image.Image, widths: Sequence[int] = WIDTHS) -> list[tuple[int, int]]:
    """List the sizes to make, smallest first, never larger than the source, its orientation applied."""
    width, height = image.size
    if _turn_of(image) in QUARTER_TURNS:
        width, height = height, width
    widths = sorted({min(wanted, width) for wanted in widths})
    return [(wide, max(1, round(height * wide / width))) for wide in widths]


def _turn_of(image: Image.Image) -> Image.Transpose | None:
    """How to turn the picture upright, by EXIF 2.32, 4.6.5.1; what a program wrote there otherwise says nothing."""
    try:
        with warnings.catch_warnings(action="ignore"):  # about damaged EXIF data
            orientation = image.getexif().get(0x0112)
    except Exception:  # Pillow raises whatever a damaged file makes its parsers do
        return None
    return TURNS.get(orientation) if isinstance(orientation, int) else None


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # Pillow raises whatever a damaged file makes its parsers do
        raise BrokenImageError(name) from error


def _decode(image: Image.Image) -> Image.Image:
    """All pixels, upright and in sRGB. What is read is closed once there is another: a copy takes 100 MB."""
    turn = _turn_of(image)
    image.load()
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # 16 bits of gray, which `convert` would cut off at 255
        image = _closing(image, image.convert("I").point(lambda value: value * (1 / 256)).convert("L"))
        image.info.pop("transparency", None)  # a level of gray in 16 bits
    if turn is not None:
        image = _closing(image, image.transpose(turn))
    mode = "RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB"
    pixels = _in_srgb(image, profile)
    return pixels if pixels.mode == mode else pixels.convert(mode)


def _closing(old: Image.Image, new: Image.Image) -> Image.Image:
    old.close()
    return new


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Change the colors to sRGB, since the profile itself is left behind."""
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGB" if image.mode in ("CMYK", "L") else image.mode
        changed = ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError):
        return image
    return changed or image


def _encode(pixels: Image.Image, size: tuple[int, int], *, drawn: bool) -> bytes:
    small = pixels if pixels.size == size else pixels.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    photo = _webp(small, _PHOTO)
    return min(photo, _webp(small, _DRAWING), key=len) if drawn else photo


def _webp(pixels: Image.Image, options: dict[str, int | bool]) -> bytes:
    out = io.BytesIO()
    pixels.save(out, "WEBP", exif=b"", icc_profile=b"", xmp=b"", **options)
    return out.getvalue()


def _file(name: str, width: int) -> str:
    return f"{name}-{width}.webp"
