"""Waits for saves in the content folder."""

import time
from collections.abc import Iterator
from pathlib import Path

from watchfiles import watch

STEP_MS = 40  # quiet for so long, a save is over
AT_MOST_MS = 400  # so long saves one after the other are waited for
POLL_MS = 300
MISSING_SECONDS = 0.3


def saves(content: Path) -> Iterator[None]:
    """Yield after every save, whether or not it changes what readers see; what is saved meanwhile is not lost.

    Where the system tells of no changes (a network folder, too many watches) the files are looked at every
    300 ms: `WATCHFILES_FORCE_POLLING=1` asks for that.
    """
    force_polling: bool | None = None
    while True:
        if not content.is_dir():
            while not content.is_dir():
                time.sleep(MISSING_SECONDS)
            yield
        try:
            for _changes in watch(
                content,
                debounce=AT_MOST_MS,
                step=STEP_MS,
                force_polling=force_polling,
                poll_delay_ms=POLL_MS,
                ignore_permission_denied=True,
            ):
                yield
                if not content.is_dir():
                    break
        except OSError:
            if force_polling:
                raise
            force_polling = True
            yield  # what was saved between the two
