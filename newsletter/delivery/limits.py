"""Limits that mailbox providers expect of us: mails in a second, and mails at once to one domain (MAIL-21)."""

import time
from collections import Counter, deque

from newsletter.delivery.leases import LeasedDelivery


class SendRateLimit:
    """Spaces mails evenly. With a rate of 0 there is no limit."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._next = 0.0

    @property
    def seconds_left(self) -> float:
        """How long the next mail must wait."""
        return max(0.0, self._next - time.monotonic()) if self._gap else 0.0

    def count(self) -> None:
        """A mail goes now. One that went a little late does not make all later ones late."""
        now = time.monotonic()
        self._next = (self._next if now - self._next < self._gap else now) + self._gap


class DomainLimit:
    """Counts the mails that this process is sending to each domain. With a limit of 0 there is none."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._in_progress: Counter[str] = Counter()

    def take(self, waiting: deque[LeasedDelivery]) -> LeasedDelivery | None:
        """Take out the first delivery that may be sent now; None when all must wait. `release` it afterwards."""
        for delivery in waiting:
            if not self._most or self._in_progress[delivery.domain] < self._most:
                self._in_progress[delivery.domain] += 1
                waiting.remove(delivery)
                return delivery
        return None

    def release(self, delivery: LeasedDelivery) -> None:
        """It is over, whatever became of it."""
        self._in_progress[delivery.domain] -= 1
