"""What making an article's text gives."""

from dataclasses import dataclass
from typing import Any

from articles.render import Problem


@dataclass(frozen=True, slots=True)
class BuiltLink:
    """A link to another file: where it leads and which place there it wants."""

    path: str
    anchor: str
    url: str
    line: int


@dataclass(frozen=True, slots=True)
class BuiltImage:
    """An image file, and what it was: its stamp and the SHA-256 of its bytes."""

    path: str
    stamp: str
    digest: str


@dataclass(frozen=True, slots=True)
class BuiltArticle:
    """A text ready to be stored; with an error among its problems it must not be."""

    path: str
    digest: str
    problems: tuple[Problem, ...]
    blocks: list[dict[str, Any]]
    contents: list[dict[str, Any]]
    anchors: list[str]
    text: str
    search_text: str
    markdown: str
    words: int
    reading_minutes: int
    links: tuple[BuiltLink, ...] = ()
    images: tuple[BuiltImage, ...] = ()
    keywords: tuple[tuple[str, float], ...] = ()

    @property
    def html(self) -> str:
        """The whole text."""
        return "".join(block["html"] for block in self.blocks)
