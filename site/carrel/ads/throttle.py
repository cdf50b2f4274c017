"""How many messages one IP may send: in memory, by a hash, reset every minute."""

import threading
from collections import Counter
from datetime import datetime

MESSAGES_A_MINUTE = 120  # a school behind one IP; each page sends about five


class Throttle:
    """Counts the messages of each sender within a minute."""

    def __init__(self, most: int = MESSAGES_A_MINUTE) -> None:
        self._most = most
        self._minute = -1
        self._sent = Counter[bytes]()
        self._lock = threading.Lock()

    def allows(self, sender: bytes, now: datetime) -> bool:
        """Count one message of this sender. Whether it is still within the limit."""
        with self._lock:
            minute = int(now.timestamp()) // 60
            if minute != self._minute:
                self._minute = minute
                self._sent.clear()
            self._sent[sender] += 1
            return self._sent[sender] <= self._most
