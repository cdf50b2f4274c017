"""What a check finds, and about whom it asks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from carrel.db import Database
from carrel.settings import Settings


class Level(StrEnum):
    """How bad it is. Look: it works, and somebody should look at it."""

    WELL = "well"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """What one check found, and what to do about it (empty when all is well)."""

    check: str
    level: Level
    says: str
    mend: str = ""


@dataclass(frozen=True)
class CheckContext:
    """The site. `ask_outside`: also ask the mail server and Stripe whether they are there (seconds each)."""

    settings: Settings
    db: Database
    now: datetime
    ask_outside: bool = False


def well(check: str, says: str) -> Finding:
    """All is well."""
    return Finding(check, Level.WELL, says)


def look(check: str, says: str, mend: str) -> Finding:
    """Somebody should look."""
    return Finding(check, Level.LOOK, says, mend)


def bad(check: str, says: str, mend: str) -> Finding:
    """Something does not work."""
    return Finding(check, Level.BAD, says, mend)
