"""Counting views and clicks: collected in memory, written every few seconds in one transaction.

Reading a page costs no write. Events since the last flush are lost when the process is killed with SIGKILL;
a normal end writes them.
"""

import atexit
import threading
from collections.abc import Iterable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from carrel.ads import counters
from carrel.ads.events import AdEvent
from carrel.ads.salts import Salts
from carrel.db import Database

log = structlog.get_logger()
FLUSH_SECONDS = 5.0
MOST_EVENTS = 20_000  # events in memory; more than any honest five seconds bring


class EventBuffer:
    """The events since the last flush; the same event of the same browser counts once."""

    def __init__(self, db: Database) -> None:
        self.salts = Salts(db)
        self._db = db
        self._events: dict[bytes, AdEvent] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def add(self, events: Iterable[AdEvent]) -> None:
        """Collect events. Beyond the limit events are dropped: counting less is better than failing."""
        with self._lock:
            for event in events:
                if len(self._events) < MOST_EVENTS:
                    self._events.setdefault(event.fingerprint, event)

    def flush(self) -> None:
        """Write the events. When the database cannot be written, they stay for the next flush."""
        with self._lock:
            events, self._events = self._events, {}
        if not events:
            return
        try:
            with self._db.write() as session:
                counters.count(session, list(events.values()))
        except SQLAlchemyError as error:
            log.warning("views could not be counted yet", problem=str(error))
            self.add(events.values())

    def start(self, every_seconds: float = FLUSH_SECONDS) -> None:
        """Flush in a thread of this process, and once more when it ends."""

        def run() -> None:
            while not self._stopping.wait(every_seconds):
                self.flush()

        threading.Thread(target=run, name="ad-events", daemon=True).start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """End the thread and write what is left."""
        self._stopping.set()
        self.flush()
