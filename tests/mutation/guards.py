"""The guards that are broken on purpose: rows of the TOML files here, one file for each package.

A row names a guard, the file it stands in, a text that occurs there once, what to put in its place, and the
tests that must go red, as `file::function`; `postgres = true` where these need PostgreSQL.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass(frozen=True)
class Guard:
    """One thing that keeps harm out, and how to take it away."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    postgres: bool = False  # whether its tests need PostgreSQL

    def broken(self, source: str) -> str:
        """The file's text without the guard. Raises `ValueError` unless the old text stands there once."""
        if source.count(self.old) != 1:
            raise ValueError(f"{self.name}: {source.count(self.old)} times in {self.file}: {self.old!r}")
        return source.replace(self.old, self.new)


def guards() -> Iterator[Guard]:
    """All rows of all files."""
    for path in sorted(HERE.glob("*.toml")):
        for row in tomllib.loads(path.read_text())["guard"]:
            yield Guard(**row | {"tests": tuple(row["tests"])})
