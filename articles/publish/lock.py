"""One publication at a time, on whatever machine: a second one waits, and says so."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from carrel.db import Database
from carrel.locks import database_lock

ADVISORY_KEY = 0x7075_626C  # "publ"
WAIT_SECONDS = 600


class PublishBusyError(Exception):
    """Another publication did not end in ten minutes."""

    def __init__(self) -> None:
        super().__init__("Another publication has been running for ten minutes. Check whether it is stuck.")


def publish_lock(db: Database, say: Callable[[str], None]) -> AbstractContextManager[None]:
    """Around a publication. Raises `PublishBusyError`."""
    return database_lock(
        db,
        "publish",
        ADVISORY_KEY,
        PublishBusyError(),
        wait_seconds=WAIT_SECONDS,
        on_wait=lambda: say("Another publication is running; waiting for it to finish …"),
    )
