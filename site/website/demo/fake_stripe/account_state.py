"""The state of the one Stripe account: its objects, clock, and lock."""

from __future__ import annotations

import contextlib
import functools
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from website.demo.fake_stripe.errors import Json, resource_missing
from website.demo.fake_stripe.fees import Fees
from website.demo.fake_stripe.store import ObjectStore

_DEFAULTS = Path(__file__).parent / "defaults"


class AccountState:
    """State behind one re-entrant lock; every API method runs inside ``change()``.

    ``publish`` is called with each new event; ``origin`` is the running API request (for ``event.request``).
    """

    def __init__(self, *, base_url: str = "", state: Path | None = None) -> None:
        self.base_url = base_url
        self.store = ObjectStore(state)
        self._release_idempotency_keys()
        self.publish: Callable[[Json], None] = lambda event: None
        self.origin: Json = {"id": None, "idempotency_key": None}
        self.clock_offset = 0
        self.settle_after: int | None = None
        self.refunds_start_as = "succeeded"
        self.fees = Fees()
        self.taxes_by_default = False
        self._lock = threading.RLock()
        self._depth = 0

    @contextlib.contextmanager
    def change(self) -> Iterator[ObjectStore]:
        """Hold the lock; the outermost block commits the changes to the file at its end."""
        with self._lock:
            self._depth += 1
            try:
                yield self.store
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self.store.commit()

    def _release_idempotency_keys(self) -> None:
        for key in self.store.all("idempotency_key"):
            if key["answer"] is None:  # the process ended during the request
                self.store.remove(key["id"])

    def now(self) -> int:
        """The account's clock in Unix seconds: the real time plus the offset that a test has set."""
        return int(time.time()) + self.clock_offset

    def find(self, kind: str, object_id: str, param: str, status: int = 404) -> Json:
        """The object of this kind. Raises ApiError ``resource_missing``."""
        obj = self.store.find(kind, object_id)
        if obj is None:
            raise resource_missing(kind, object_id, param, status)
        return obj


def default_object(name: str) -> Json:
    """A new object with all of Stripe's fields for this kind, at their default values."""
    obj: Json = json.loads(_default_json(name))
    return obj


@functools.cache
def _default_json(name: str) -> str:
    return (_DEFAULTS / f"{name}.json").read_text("utf-8")
