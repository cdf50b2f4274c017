"""The result of building an article."""

from dataclasses import dataclass
from typing import Any

from articles.items import Item
from articles.problems import Problem
from articles.search.index import Entry
from carrel.images.image import WebImage

MISSING = ""  # the digest of a picture that was not there


@dataclass(frozen=True, slots=True)
class BuiltLink:
    """A link to another file: its path, anchor and URL, and the line that it is on."""

    path: str
    anchor: str
    url: str
    line: int


@dataclass(frozen=True, slots=True)
class BuiltImage:
    """An image file, its stat and the SHA-256 of its bytes."""

    path: str
    stat: str
    digest: str


@dataclass(frozen=True, slots=True)
class BuiltArticle:
    """A body ready to be stored; it must not be when there is an error among its problems."""

    path: str
    problems: tuple[Problem, ...]
    blocks: list[dict[str, Any]]
    contents: list[dict[str, Any]]
    anchors: list[str]
    text: str
    search_entry: Entry | None
    markdown: str
    words: int
    reading_minutes: int
    links: tuple[BuiltLink, ...] = ()
    images: tuple[BuiltImage, ...] = ()
    media: tuple[str, ...] = ()  # the names of the images' files
    keywords: tuple[tuple[str, float], ...] = ()
    picture: WebImage | None = None  # of the front matter
    related: tuple[str, ...] = ()  # slugs of the author's choice
    items: tuple[Item, ...] = ()
    summary: str = ""  # for an article whose front matter has none

    @property
    def html(self) -> str:
        """The HTML of all blocks."""
        return "".join(block["html"] for block in self.blocks)
