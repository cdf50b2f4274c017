"""One publication at a time, on whatever machine: a second one waits, and says so."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Connection

from carrel.db import Database

ADVISORY_LOCK = 0x7075_626C  # "publ"
WAIT_SECONDS = 600
_PAUSE_SECONDS = 0.1


class PublishBusyError(Exception):
    """Another publication did not end in ten minutes."""

    def __init__(self) -> None:
        super().__init__("Another publication has been under way for ten minutes: look whether it hangs.")


@contextmanager
def one_at_a_time(db: Database, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock. It ends with the process that holds it, however that ends. Raises `PublishBusyError`."""
    if db.is_sqlite:
        with Path(f"{db.url.database}.publish").open("w") as file:
            _wait(lambda: _try_file(file.fileno()), say)
            yield
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        _wait(lambda: _try_advisory(connection), say)
        try:
            yield
        finally:
            connection.execute(text(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})"))


def _wait(try_it: Callable[[], bool], say: Callable[[str], None]) -> None:
    if try_it():
        return
    say("Another publication is under way; waiting for it to end …")
    give_up = time.monotonic() + WAIT_SECONDS
    while not try_it():
        if time.monotonic() > give_up:
            raise PublishBusyError
        time.sleep(_PAUSE_SECONDS)


def _try_file(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _try_advisory(connection: Connection) -> bool:
    return bool(connection.scalar(text(f"SELECT pg_try_advisory_lock({ADVISORY_LOCK})")))
