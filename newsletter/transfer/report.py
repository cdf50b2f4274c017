"""What became of each line of an import, as a CSV and in words."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from carrel.csv_export import to_csv
from newsletter.transfer.fates import NAMES
from newsletter.transfer.packing import Line

HEADER = ("line", "address", "result", "why")
MOST_NAMES, LONGEST_NAME = 8, 30


def as_csv(lines: Iterable[Line]) -> str:
    """The lines in their order; with a byte order mark, so that a spreadsheet shows them right."""
    rows = [(line.number, line.address, NAMES[line.fate], line.sentence) for line in lines]
    return "\ufeff" + to_csv(HEADER, rows)


def write(path: Path, lines: Iterable[Line]) -> None:
    """Write them to a file that only its owner can read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - made private first
        file.write(as_csv(lines))


def unused_in_words(columns: Sequence[str]) -> str:
    """`Columns that were not used: Name, Estado.`; empty when all were. One may say who left, in another language."""
    if not columns:
        return ""
    names = ", ".join(name[:LONGEST_NAME] for name in columns[:MOST_NAMES])
    more = f", and {len(columns) - MOST_NAMES} more" if len(columns) > MOST_NAMES else ""
    return f"Columns that were not used: {names}{more}."


def added_in_words(count: int, *, dry_run: bool) -> str:
    """`1 subscriber was added`."""
    people = "1 subscriber" if count == 1 else f"{count:,} subscribers"
    if dry_run:
        return f"{people} would be added"
    return f"{people} {'was' if count == 1 else 'were'} added"
