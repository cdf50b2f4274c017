"""What a check found, and what to do about it: for `carrel doctor` and `carrel stripe check`."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is. A warning: it works, and somebody should look at it. The values are those of `--format json`."""

    OK = "well"
    WARNING = "look"
    ERROR = "bad"

    @property
    def label(self) -> str:
        """As people read it."""
        return self.name if self is Level.OK else self.name.capitalize()

    @property
    def exit_status(self) -> int:
        """What a command ends with when this is the worst: 0 OK, 1 a warning, 2 an error."""
        return list(Level).index(self)


@dataclass(frozen=True)
class Finding:
    """What one check found, and what to do about it (empty when all is well)."""

    check: str
    level: Level
    message: str
    fix: str = ""

    def __str__(self) -> str:
        line = f"{self.level.label:7}  {self.check}: {self.message}"
        return f"{line}\n{'':9}{self.fix}" if self.fix else line


def ok(check: str, message: str) -> Finding:
    """All is well."""
    return Finding(check, Level.OK, message)


def warning(check: str, message: str, fix: str) -> Finding:
    """Somebody should look."""
    return Finding(check, Level.WARNING, message, fix)


def error(check: str, message: str, fix: str) -> Finding:
    """Something does not work."""
    return Finding(check, Level.ERROR, message, fix)


def worst(findings: Iterable[Finding]) -> Level:
    """The worst level among the findings."""
    return max((finding.level for finding in findings), key=lambda level: level.exit_status, default=Level.OK)
