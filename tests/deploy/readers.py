"""Readers before a website that is replaced: they read on and on, and note every answer that is no page."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

PATIENCE_SECONDS = 300


@dataclass
class Readers:
    """Threads that ask, until the block ends. `ask` makes one request and returns its status."""

    ask: Callable[[], int]
    count: int = 3
    served: int = 0
    wrong: list[object] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Readers":
        self._threads = [threading.Thread(target=self._read) for _ in range(self.count)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(120)

    def read_more(self, count: int) -> None:
        """Return when so many more pages were read."""
        wanted, give_up = self.served + count, time.monotonic() + PATIENCE_SECONDS
        while self.served < wanted and not self.wrong:
            assert time.monotonic() < give_up
            time.sleep(0.02)
        assert self.wrong == []

    def _read(self) -> None:
        while not self._over.is_set():
            try:
                status: object = self.ask()
            except Exception as failure:
                status = failure
            if status == 200:
                self.served += 1
            else:
                self.wrong.append(status)
