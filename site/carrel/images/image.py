"""Limits for images, and how one is served. Apart from processing, whose library takes long to load."""

from dataclasses import dataclass

BYTES = 10 * 1024 * 1024
PIXELS = 40_000_000


@dataclass(frozen=True, slots=True)
class WebImage:
    """An image as it is served: pixels of the default file, and the others as an HTML `srcset`."""

    url: str
    width: int
    height: int
    srcset: str = ""
