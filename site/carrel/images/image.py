"""Limits for images, and how one is served. Apart from processing, whose library takes long to load."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BYTES = 10 * 1024 * 1024
PIXELS = 25_000_000  # a camera's 24 million; each takes four bytes while the image is made anew
SIDE = 16_000  # pixels; WebP has 16,383
SHAPE = 20  # times as long as wide, or as wide as long


def largest_file(picture: Mapping[str, Any]) -> str:
    """The name of the largest file of a `WebImage` that was stored as a mapping."""
    address: str = (picture["srcset"].split(", ")[-1] or picture["url"]).split(" ")[0]
    return address.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class WebImage:
    """An image as it is served: pixels of the default file, and the others as an HTML `srcset`."""

    url: str
    width: int
    height: int
    srcset: str = ""

    @property
    def files(self) -> list[str]:
        """The names of its files."""
        addresses = [self.url, *(part.split(" ")[0] for part in self.srcset.split(", ") if part)]
        return sorted({address.rpartition("/")[2] for address in addresses})
