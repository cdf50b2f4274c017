"""Sets to practice with: which items a set has, and in what order, follow from its name and the items alone.

So every machine makes the same set, and a page of it can be kept for everybody. Sets of the same source follow one another:
none repeats an item before all of its domain have had their turn.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heapreplace
from itertools import count

from articles.lint.cues import quantities
from website.study.checking import Options

SETS = 64
PER_SET = 10


@dataclass(frozen=True, slots=True)
class Unit:
    """What is practiced in one piece: an item, or all items of a case, by their keys."""

    keys: tuple[str, ...]
    domain: str


def draw(units: Sequence[Unit], weights: Mapping[str, float], seed: str, number: int) -> list[str]:
    """The keys of the set with this number, in their order.

    `weights` are those of the domains that declare one. If any of these units' has none, each domain comes as often as it has
    items.
    """
    if sum(len(unit.keys) for unit in units) <= PER_SET:
        everything = sorted(units, key=lambda unit: _rank(seed, number, *unit.keys))
        return [key for unit in everything for key in unit.keys]
    sets = _sets(_turns(units, weights, seed))
    return next(keys for index, keys in enumerate(sets) if index == number)


def _sets(turns: Iterator[Unit]) -> Iterator[list[str]]:
    """The turns cut into sets; what does not fit, or is in the set already, opens the next one."""
    waiting: list[Unit] = []
    while True:
        chosen: list[Unit] = []
        later: list[Unit] = []
        room = PER_SET
        while room > 0 and len(later) < PER_SET:
            unit = waiting.pop(0) if waiting else next(turns)
            if unit in chosen or (chosen and len(unit.keys) > room):
                later.append(unit)
                continue
            chosen.append(unit)
            room -= len(unit.keys)
        waiting = later + waiting
        yield [key for unit in chosen for key in unit.keys]


def _turns(units: Sequence[Unit], weights: Mapping[str, float], seed: str) -> Iterator[Unit]:
    """All units again and again: of each domain as much as its weight, spread evenly."""
    by_domain: dict[str, list[Unit]] = {}
    for unit in units:
        by_domain.setdefault(unit.domain, []).append(unit)
    shares = _shares(by_domain, weights)
    lines = [_Line(units_of, shares[domain], seed, domain) for domain, units_of in by_domain.items()]
    heapify(lines)
    while True:
        line = lines[0]
        unit = line.take()
        heapreplace(lines, line)
        yield unit


def _shares(by_domain: Mapping[str, Sequence[Unit]], weights: Mapping[str, float]) -> dict[str, float]:
    if all(weights.get(domain, 0) > 0 for domain in by_domain):
        return {domain: weights[domain] for domain in by_domain}
    return {domain: sum(len(unit.keys) for unit in units) for domain, units in by_domain.items()}


@dataclass
class _Line:
    """The units of a domain that wait for their turn; each time that all had one, they are shuffled anew."""

    units: Sequence[Unit]
    share: float
    seed: str
    domain: str
    taken: int = 0  # items
    shuffled: Iterator[Unit] = field(init=False)

    def __post_init__(self) -> None:
        self.shuffled = self._again_and_again()

    def take(self) -> Unit:
        unit = next(self.shuffled)
        self.taken += len(unit.keys)
        return unit

    def __lt__(self, other: "_Line") -> bool:
        return self.turn() < other.turn()

    def turn(self) -> tuple[float, str]:
        return (self.taken + 0.5) / self.share, self.domain

    def _again_and_again(self) -> Iterator[Unit]:
        for time in count():
            yield from sorted(self.units, key=lambda unit: _rank(self.seed, time, *unit.keys))


def shown_options(kind: str, options: Options, seed: str, key: str) -> list[int]:
    """The indexes of an item's options in the order for readers; numbers and dates stay as they are, steps are never in order."""
    indexes = list(range(len(options)))
    if kind == "order":
        shuffled = _shuffled(indexes, seed, key)
        return shuffled if shuffled != indexes else [*shuffled[1:], shuffled[0]]
    if kind == "question" and not is_fixed(kind, options):
        return _shuffled(indexes, seed, key)
    return indexes


def is_fixed(kind: str, options: Options) -> bool:
    """Whether a question's options stay in the order of the file: numbers and dates do."""
    return kind == "question" and bool(quantities([option["text"] for option in options]))


def _shuffled(indexes: Sequence[int], seed: str, key: str) -> list[int]:
    return sorted(indexes, key=lambda index: _rank(seed, key, index))


def _rank(*names: str | int) -> bytes:
    return hashlib.sha256("\n".join(map(str, names)).encode()).digest()
