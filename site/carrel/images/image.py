"""Limits for images, and how one is served. Apart from processing, whose library takes long to load."""

from dataclasses import dataclass

BYTES = 10 * 1024 * 1024
PIXELS = 25_000_000  # a camera's 24 million; each takes four bytes while the image is made anew
SIDE = 16_000  # pixels; WebP has 16,383
SHAPE = 20  # times as long as wide, or as wide as long


@dataclass(frozen=True, slots=True)
class WebImage:
    """An image as it is served: pixels of the default file, and the others as an HTML `srcset`."""

    url: str
    width: int
    height: int
    srcset: str = ""
