"""The input and the output of the renderer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from articles.items import Item
from articles.problems import Problem
from carrel.images.image import WebImage

Kind = Literal[
    "heading", "paragraph", "list", "definitions", "table", "code",
    "admonition", "question", "figure", "footnotes", "quote", "rule",
]  # fmt: skip

WORDS_PER_MINUTE = 220


@dataclass(frozen=True, slots=True)
class RenderContext:
    """Where the body begins in its file, and how its references are resolved.

    `resolve_link` takes a path as written (`../ccm/discharge-planning.md`, no anchor) and returns the article's URL,
    or None when there is no such article. `resolve_image` takes a path as written. Without a resolver, references
    stay as written. `title` is the article's, which the text need not repeat. With `math`, `$` holds formulas; with
    `quotes` (what opens, then what closes), straight quotes and dashes become typographic ones. `resolve_note` takes
    what stands in `[[…]]` and returns the paths of the articles that it may mean, as `resolve_link` takes them.
    `find_site_path` takes a path of the site (`/how/setup/`) and returns the page's, or the path of an article as
    `resolve_link` takes it, or None.
    """

    first_line: int = 1
    resolve_link: Callable[[str], str | None] | None = None
    resolve_image: Callable[[str], WebImage | None] | None = None
    title: str = ""
    math: bool = False
    quotes: str = ""
    resolve_note: Callable[[str], Sequence[str]] | None = None
    find_site_path: Callable[[str], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with its level (2 to 6) and its id."""

    id: str
    text: str
    level: int
    line: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another article, as written; `url` is None when there is no such article."""

    path: str
    anchor: str
    line: int
    url: str | None


@dataclass(frozen=True, slots=True)
class Image:
    """An image, as written; `picture` is None when it could not be resolved."""

    path: str
    alt: str
    caption: str
    line: int
    picture: WebImage | None


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level block; ad slots go between blocks, never inside one."""

    kind: Kind
    html: str
    words: int
    line: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered body."""

    blocks: tuple[Block, ...] = ()
    text: str = ""
    headings: tuple[Heading, ...] = ()
    contents: tuple[Heading, ...] = ()
    anchors: frozenset[str] = frozenset()
    links: tuple[Link, ...] = ()
    images: tuple[Image, ...] = ()
    items: tuple[Item, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def html(self) -> str:
        """The HTML of all blocks."""
        return "".join(block.html for block in self.blocks)

    @property
    def words(self) -> int:
        """How many words it has."""
        return sum(block.words for block in self.blocks)

    @property
    def reading_minutes(self) -> int:
        """Minutes to read it, at least one."""
        return max(1, round(self.words / WORDS_PER_MINUTE))
