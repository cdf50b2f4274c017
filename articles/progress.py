"""Shows the progress of a long command on standard error: soon on a terminal, after two seconds elsewhere."""

import sys
import time

QUIET_SECONDS = 2.0
TERMINAL_EVERY = 0.1
LOG_EVERY = 5.0


def no_progress(_count: int) -> None:
    """Show nothing."""


class Progress:
    """Counts files, or whatever their plural is, and writes the count from time to time."""

    def __init__(self, plural: str = "files") -> None:
        self._plural = plural
        self._count = 0
        self._is_terminal = sys.stderr.isatty()
        self._next = time.monotonic() + (0.5 if self._is_terminal else QUIET_SECONDS)
        self._shown = False

    def __call__(self, count: int) -> None:
        """Count more of them."""
        self._count += count
        if (now := time.monotonic()) >= self._next:
            self._next = now + (TERMINAL_EVERY if self._is_terminal else LOG_EVERY)
            self._write(f"{self._count:,} {self._plural} done …")

    def end(self) -> None:
        """Clear the line."""
        if self._shown and self._is_terminal:
            sys.stderr.write("\r\x1b[K")

    def _write(self, line: str) -> None:
        self._shown = True
        sys.stderr.write(f"\r\x1b[K{line}" if self._is_terminal else f"{line}\n")
        sys.stderr.flush()
