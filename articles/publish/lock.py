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
        super().__init__("Another publication has been under way for ten minutes: look whether it hangs.")


def publish_lock(db: Database, say: Callable[[str], None]) -> AbstractContextManager[None]:
    """Around a publication. Raises `PublishBusyError`."""
    return database_lock(
        db,
        "publish",
        ADVISORY_KEY,
        PublishBusyError(),
        wait_seconds=WAIT_SECONDS,
        on_wait=lambda: say("Another publication is under way; waiting for it to end …"),
    )
