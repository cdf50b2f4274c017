"""What goes into the renderer and what comes out of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from carrel.images.image import WebImage

Kind = Literal[
    "heading", "paragraph", "list", "definitions", "table", "code",
    "admonition", "question", "figure", "footnotes", "quote", "rule",
]  # fmt: skip
Level = Literal["error", "warning"]

WORDS_PER_MINUTE = 220


@dataclass(frozen=True, slots=True)
class Context:
    """Where the body stands and how its references resolve.

    `first_line` is the line of the file on which the body begins. `resolve_link` takes a path as written
    (`../ccm/discharge-planning.md`, no anchor) and gives the article's address, or None when there is no such
    article. `resolve_image` takes a path as written. Without a resolver, references stay as written.
    """

    first_line: int = 1
    resolve_link: Callable[[str], str | None] | None = None
    resolve_image: Callable[[str], WebImage | None] | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: the line of the file, a stable code, what is wrong, and how to mend it."""

    line: int
    code: str
    message: str
    mend: str
    level: Level = "error"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, its level (2 to 6) and the id that links point at."""

    id: str
    text: str
    level: int
    line: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another article, as written; `url` is None when no such article is known."""

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
    """One top-level block; a slot may stand between two of them, never inside one."""

    kind: Kind
    html: str
    words: int
    line: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """An article's body, ready to serve."""

    blocks: tuple[Block, ...] = ()
    text: str = ""
    headings: tuple[Heading, ...] = ()
    contents: tuple[Heading, ...] = ()
    anchors: frozenset[str] = frozenset()
    links: tuple[Link, ...] = ()
    images: tuple[Image, ...] = ()
    questions: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def html(self) -> str:
        """The whole body."""
        return "".join(block.html for block in self.blocks)

    @property
    def words(self) -> int:
        """How many words a reader meets."""
        return sum(block.words for block in self.blocks)

    @property
    def reading_minutes(self) -> int:
        """Minutes of reading, never less than one."""
        return max(1, round(self.words / WORDS_PER_MINUTE))
