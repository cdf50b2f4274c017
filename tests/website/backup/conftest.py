"""A home with a reader and a picture in it, and what can be seen of it."""

from collections.abc import Callable

import pytest

from carrel.db import Database
from carrel.settings import Settings
from tests.support.accounts import make_reader
from tests.support.state import dump

PICTURE = "0a1b-480.webp"


@pytest.fixture
def home(settings: Settings, db: Database) -> Settings:
    """Anna is there, and one picture."""
    make_reader(db)
    (settings.home / "media").mkdir()
    (settings.home / "media" / PICTURE).write_bytes(b"a picture" * 1000)
    return settings


@pytest.fixture
def seen(db: Database) -> Callable[[], str]:
    """Everything in the database but what every restoration adds: the hold, and the epoch."""

    def look() -> str:
        lines = dump(db).splitlines()
        return "\n".join(line for line in lines if not line.startswith(("mail_hold:", "epoch:")))

    return look
