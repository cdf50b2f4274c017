"""The mechanism: sources, what they find, and how far a search may go.

Every source answers from an index, or looks at a bounded number of the newest rows, so that a search of a large site
costs what that of a small one costs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, false
from sqlalchemy.orm import Session

from carrel.mail.addresses import InvalidAddressError, key_of
from carrel.services import Services
from website.admin.operators.roles import Need, may

MOST_HITS: Final = 8  # of each source
NEWEST: Final = 5_000  # rows that are looked through where no index helps
LONGEST: Final = 200  # characters
SHORTEST_PREFIX: Final = 2
_LAST: Final = "\U0010ffff"


@dataclass(frozen=True)
class Wanted:
    """What an operator typed, read once for all sources. `key` is the key of a whole email address, else empty."""

    words: str
    key: str
    role: str
    services: Services

    @property
    def number(self) -> int:
        """The id that was typed; 0 if it is none."""
        is_number = self.words.isascii() and self.words.isdecimal() and len(self.words) < 10
        return int(self.words) if is_number else 0

    def begins(self, column: Any) -> ColumnElement[bool]:
        """Whether a column of address keys begins with what was typed; by its index."""
        prefix = self.key or self.words.lower()
        if len(prefix) < SHORTEST_PREFIX:
            return false()
        condition: ColumnElement[bool] = column.between(prefix, prefix + _LAST) & column.startswith(
            prefix, autoescape=True
        )
        return condition


@dataclass(frozen=True)
class Hit:
    """Something that was found: its name, its page if it has one, and a few words about it."""

    name: str
    path: str | None
    note: str = ""


@dataclass(frozen=True)
class Source:
    """A kind of thing. Only operators with the need find it; `find` returns at most `MOST_HITS`."""

    title: str
    need: Need
    find: Callable[[Session, Wanted], Sequence[Hit]]


@dataclass(frozen=True)
class Group:
    """What one source found."""

    title: str
    hits: Sequence[Hit]


def wanted(services: Services, role: str, typed: str) -> Wanted:
    """Read what was typed."""
    words = typed.replace("\0", "").strip()[:LONGEST]  # PostgreSQL refuses that one
    try:
        key = key_of(words)
    except InvalidAddressError:
        key = ""
    return Wanted(words, key, role, services)


def find(session: Session, sources: Sequence[Source], asked: Wanted) -> list[Group]:
    """What the sources that the role may use have found; those without a hit are left out."""
    if not asked.words:
        return []
    found = [
        Group(source.title, source.find(session, asked)) for source in sources if may(asked.role, source.need)
    ]
    return [group for group in found if group.hits]
