"""The one account that the stand-in keeps: its objects, its clock, its lock."""

from __future__ import annotations

import contextlib
import functools
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from website.demo.fake_stripe.errors import Json, resource_missing
from website.demo.fake_stripe.store import ObjectStore

_SHAPES = Path(__file__).parent / "shapes"


class AccountState:
    """State behind one re-entrant lock; every verb runs inside ``change()``.

    ``publish`` hears of each new event, ``origin`` is the API request at work (for ``event.request``).
    """

    def __init__(self, *, base_url: str = "", state: Path | None = None) -> None:
        self.base_url = base_url
        self.store = ObjectStore(state)
        self._forget_half_calls()
        self.publish: Callable[[Json], None] = lambda event: None
        self.origin: Json = {"id": None, "idempotency_key": None}
        self.clock_offset = 0
        self.settle_after: int | None = None
        self.refunds_start_as = "succeeded"
        self._lock = threading.RLock()
        self._depth = 0

    @contextlib.contextmanager
    def change(self) -> Iterator[ObjectStore]:
        """Hold the lock; on leaving the outermost one, what has changed is in the file."""
        with self._lock:
            self._depth += 1
            try:
                yield self.store
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self.store.commit()

    def _forget_half_calls(self) -> None:
        for note in self.store.all("idempotency_key"):
            if note["answer"] is None:  # the process ended in the middle of it
                self.store.remove(note["id"])

    def now(self) -> int:
        """Stripe's clock in Unix seconds: ours plus the offset that a test has set."""
        return int(time.time()) + self.clock_offset

    def find(self, kind: str, ident: str, param: str, status: int = 404) -> Json:
        """The object of this kind. Raises ApiError ``resource_missing``."""
        found = self.store.find(kind, ident)
        if found is None:
            raise resource_missing(kind, ident, param, status)
        return found


def default_object(name: str) -> Json:
    """A fresh object with all of Stripe's fields for this kind at their resting values."""
    fresh: Json = json.loads(_text(name))
    return fresh


@functools.cache
def _text(name: str) -> str:
    return (_SHAPES / f"{name}.json").read_text("utf-8")
