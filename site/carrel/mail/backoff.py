"""Waiting longer after each failure."""

import time


class Backoff:
    """A pause in seconds that doubles with each failure in a row, between two limits."""

    def __init__(self, shortest: float, longest: float) -> None:
        self._shortest, self._longest = shortest, longest
        self._seconds = 0.0
        self._until = float("-inf")  # on the monotonic clock

    @property
    def is_waiting(self) -> bool:
        """Whether the pause is still on."""
        return time.monotonic() < self._until

    def failed(self) -> None:
        """Begin a pause, twice as long as the last one."""
        self._seconds = min(max(self._seconds * 2, self._shortest), self._longest)
        self._until = time.monotonic() + self._seconds

    def succeeded(self) -> None:
        """The next pause is a short one again."""
        self._seconds = 0.0


def for_mail_server() -> Backoff:
    """For a mail server that cannot be used at all."""
    return Backoff(shortest=2.0, longest=60.0)
