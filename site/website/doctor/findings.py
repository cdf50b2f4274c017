"""What a check finds, and about whom it asks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from carrel.db import Database
from carrel.settings import Settings


class Level(StrEnum):
    """How bad it is. A warning: it works, and somebody should look at it. The values are those of `--format json`."""

    OK = "well"
    WARNING = "look"
    ERROR = "bad"

    @property
    def label(self) -> str:
        """As people read it."""
        return self.name if self is Level.OK else self.name.capitalize()


@dataclass(frozen=True)
class Finding:
    """What one check found, and what to do about it (empty when all is well)."""

    check: str
    level: Level
    message: str
    fix: str = ""


@dataclass(frozen=True)
class CheckContext:
    """The site. `ask_outside`: also ask the mail server and Stripe whether they are there (seconds each)."""

    settings: Settings
    db: Database
    now: datetime
    ask_outside: bool = False


def ok(check: str, message: str) -> Finding:
    """All is well."""
    return Finding(check, Level.OK, message)


def warning(check: str, message: str, fix: str) -> Finding:
    """Somebody should look."""
    return Finding(check, Level.WARNING, message, fix)


def error(check: str, message: str, fix: str) -> Finding:
    """Something does not work."""
    return Finding(check, Level.ERROR, message, fix)
