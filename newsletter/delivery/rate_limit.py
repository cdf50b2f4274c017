"""No more mails in a second than the operator allows (MAIL-21)."""

import threading
import time


class SendRateLimit:
    """Gives each mail its moment, evenly. Without a rate everything may go at once."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self, until: float) -> bool:
        """Sleep to this mail's moment; False, without sleeping, when it comes after `until` (monotonic s)."""
        if not self._gap:
            return True
        with self._lock:
            moment = max(self._next, time.monotonic())
            if moment > until:
                return False
            self._next = moment + self._gap
        time.sleep(max(0.0, moment - time.monotonic()))
        return True
