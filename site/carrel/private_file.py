"""Files that only their owner reads, whatever the umask: databases, with readers' addresses in them, and secrets."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, event

BESIDE = ("", "-wal", "-shm")  # SQLite gives the later two the mode of the first when it makes them


def keep_private(engine: Engine) -> Engine:
    """The same engine over SQLite, which makes its file for the owner alone, and shuts one that stands open."""
    path = engine.url.database

    @event.listens_for(engine, "do_connect")
    def before_connecting(*_: object) -> None:
        if path and path != ":memory:":
            with suppress(OSError):  # of another owner, or out of reach: SQLite says what is wrong
                _shut(path)

    return engine


def _shut(path: str) -> None:
    # Never opened: to close a file that SQLite has open in this process would give up SQLite's locks on it.
    with suppress(FileExistsError):
        os.mknod(path, 0o600)
    for file in (Path(path + end) for end in BESIDE):
        if file.exists() and file.stat().st_mode & 0o077:
            file.chmod(0o600)


@contextmanager
def secret_file(path: Path) -> Iterator[Callable[[str], None]]:
    """Write a secret into a file, which replaces the one before as a whole.

    The place is tried first: whoever cannot write there learns it before there is a secret to keep. Raises `OSError`.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # of mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        try:

            def write(secret: str) -> None:
                file.write(f"{secret}\n")
                file.flush()
                os.fsync(file.fileno())
                Path(name).replace(path)

            yield write
        finally:
            Path(name).unlink(missing_ok=True)
