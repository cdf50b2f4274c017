"""What a check of Stripe found, and what to do about it."""

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How bad it is. The values are the exit status of `carrel stripe check`."""

    OK = 0
    WARNING = 1
    ERROR = 2


@dataclass(frozen=True)
class Finding:
    """`fix` is empty when all is well."""

    check: str
    level: Level
    message: str
    fix: str = ""

    def __str__(self) -> str:
        line = f"{self.level.name.capitalize() if self.level else 'OK':8} {self.check}: {self.message}"
        return f"{line}\n{'':9}{self.fix}" if self.fix else line


def ok(check: str, message: str) -> Finding:
    """All is well."""
    return Finding(check, Level.OK, message)


def warning(check: str, message: str, fix: str) -> Finding:
    """Somebody should look."""
    return Finding(check, Level.WARNING, message, fix)


def error(check: str, message: str, fix: str) -> Finding:
    """The pass cannot be sold, or not be refunded, like this."""
    return Finding(check, Level.ERROR, message, fix)
