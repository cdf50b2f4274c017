"""No more mails at once to one mailbox provider than the operator allows (MAIL-21)."""

import threading
from collections import Counter, deque

from newsletter.delivery.claims import Claimed


class Domains:
    """Which domains are being mailed by this process. Without a limit every domain has room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._busy: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, waiting: deque[Claimed]) -> Claimed | None:
        """Take out the first whose domain has room; None when none has. `leave` gives its place back."""
        with self._lock:
            for delivery in waiting:
                domain = _domain(delivery)
                if not self._most or self._busy[domain] < self._most:
                    self._busy[domain] += 1
                    waiting.remove(delivery)
                    return delivery
        return None

    def leave(self, delivery: Claimed) -> None:
        """It is over, whatever became of it."""
        with self._lock:
            self._busy[_domain(delivery)] -= 1


def _domain(delivery: Claimed) -> str:
    return (delivery.email_key or "").rpartition("@")[2]
