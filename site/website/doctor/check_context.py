"""What a check may look at."""

from dataclasses import dataclass
from datetime import datetime

from carrel.db import Database
from carrel.settings import Settings


@dataclass(frozen=True)
class CheckContext:
    """The site. `ask_outside`: also ask the mail server, Stripe and buckets whether they are there (seconds each)."""

    settings: Settings
    db: Database
    now: datetime
    ask_outside: bool = False
