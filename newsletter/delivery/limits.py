"""Limits that mailbox providers expect of us: mails in a second, and mails at once to one domain (MAIL-21)."""

import threading
import time
from collections import Counter, deque

from newsletter.delivery.leases import LeasedDelivery


class SendRateLimit:
    """Spaces mails evenly. With a rate of 0 there is no limit."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self, until: float) -> bool:
        """Sleep until the next mail may go; False, without sleeping, when that is after `until` (monotonic s)."""
        if not self._gap:
            return True
        with self._lock:
            moment = max(self._next, time.monotonic())
            if moment > until:
                return False
            self._next = moment + self._gap
        time.sleep(max(0.0, moment - time.monotonic()))
        return True


class DomainLimit:
    """Counts the mails that this process is sending to each domain. With a limit of 0 there is none."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._in_progress: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, waiting: deque[LeasedDelivery]) -> LeasedDelivery | None:
        """Take out the first delivery that may be sent now; None when all must wait. `release` it afterwards."""
        with self._lock:
            for delivery in waiting:
                if not self._most or self._in_progress[delivery.domain] < self._most:
                    self._in_progress[delivery.domain] += 1
                    waiting.remove(delivery)
                    return delivery
        return None

    def release(self, delivery: LeasedDelivery) -> None:
        """It is over, whatever became of it."""
        with self._lock:
            self._in_progress[delivery.domain] -= 1
