"""HTML on its way to Markdown: what the rules for it share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

Element = Any  # lxml.html.HtmlElement, for which there are no types


class Resolver(Protocol):
    """Where links and pictures of one post lead to here."""

    def link(self, address: str) -> str | None:
        """The address to write; None when nothing is there, and only the words stay."""

    def picture(self, address: str) -> str | None:
        """The path of the picture from the article; None when there is none to show."""


@dataclass
class Draft:
    """A text on its way: pieces that are put in at the end, and what was not carried over."""

    resolver: Resolver
    note: Callable[[str], None]
    pieces: list[str] = field(default_factory=list)

    def keep(self, text: str) -> str:
        """A word that stands for a piece of the final text, whatever happens to the words around it."""
        self.pieces.append(text)
        return f"CARRELKEEP{len(self.pieces) - 1}END"
