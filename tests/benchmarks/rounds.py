"""Measuring one after the other, again and again, so that whatever else the machine does meets all alike."""

import os
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

ROUNDS = int(os.environ.get("ROUNDS", "5"))
Measured = TypeVar("Measured")


def interleaved(
    contestants: Mapping[str, Callable[[], Measured]], rounds: int = ROUNDS
) -> dict[str, list[Measured]]:
    """Let each be measured once a round, beginning with another each time. What each measured, by name."""
    names = list(contestants)
    measured: dict[str, list[Measured]] = {name: [] for name in names}
    for number in range(rounds):
        start = number % len(names)
        for name in names[start:] + names[:start]:
            measured[name].append(contestants[name]())
    return measured


@dataclass(frozen=True)
class Goal:
    """What a figure, or its ratio, is to reach."""

    limit: float
    at_least: bool = True

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"

    def is_met(self, value: float) -> bool:
        """Whether the value reaches it."""
        return value >= self.limit if self.at_least else value <= self.limit


@dataclass(frozen=True)
class Figure:
    """One line of the table: a median, and what it is to its reference in the same rounds."""

    what: str
    median: float
    unit: str
    ratio: float | None = None
    low: float = 0
    high: float = 0
    reference: str = ""
    goal: Goal | None = None

    def __str__(self) -> str:
        line = f"  {self.what:<44} {_short(self.median):>9} {self.unit:<8}"
        if self.ratio is not None:
            line += f" {self.ratio:6.2f} of {self.reference} ({self.low:.2f}–{self.high:.2f})"
        if self.goal:
            value = self.median if self.ratio is None else self.ratio
            line += f"  goal {self.goal}: {'met' if self.goal.is_met(value) else 'MISSED'}"
        return line


@dataclass
class Report:
    """Prints figures as they come, and keeps them for the table at the end."""

    figures: list[Figure] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Print what is no figure: a command, a version, a remark."""
        print(f"  {text}", flush=True)

    def add(self, what: str, values: Sequence[float], unit: str, goal: Goal | None = None) -> None:
        """A figure that stands for itself: the median of what the rounds measured."""
        self._keep(Figure(what, statistics.median(values), unit, goal=goal))

    def compare(
        self,
        what: str,
        values: Sequence[float],
        unit: str,
        reference: str,
        others: Sequence[float],
        *,
        goal: Goal | None = None,
    ) -> None:
        """A figure beside its reference: the median of the ratios, round by round, and the range of them."""
        ratios = sorted(value / other for value, other in zip(values, others, strict=True))
        ratio, low, high = statistics.median(ratios), ratios[0], ratios[-1]
        self._keep(Figure(what, statistics.median(values), unit, ratio, low, high, reference, goal))

    def _keep(self, figure: Figure) -> None:
        self.figures.append(figure)
        print(figure, flush=True)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"
