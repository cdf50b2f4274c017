"""Faults of the API, and the log of what was asked of it."""

from __future__ import annotations

import fnmatch
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from website.demo.fake_stripe.errors import ApiError, Json

Kind = Literal["fail", "cut", "cut_before", "slow", "hold", "hold_answer"]
_LONGEST_HOLD = 60


@dataclass
class ApiRequest:
    """One request to the API: parameters nested, and typed once they have passed the check."""

    method: str
    path: str
    params: Json = field(default_factory=dict)
    idempotency_key: str | None = None
    stripe_version: str | None = None
    status: int | None = None
    replayed: bool = False

    def matches(self, pattern: str | None) -> bool:
        """Patterns: "POST /v1/refunds", "/v1/refunds", "GET /v1/checkout/sessions/*"; None: all."""
        names = (self.path, f"{self.method} {self.path}")
        return pattern is None or any(fnmatch.fnmatchcase(name, pattern) for name in names)


@dataclass
class ApiFault:
    """What shall go wrong, how often, and where."""

    kind: Kind
    path: str | None
    times: float
    value: Any = None
    saved: bool = False


class ApiFaults:
    """Knobs. ``times=None`` means until ``calm()``; ``path`` as in ``ApiRequest.matches``."""

    def __init__(self) -> None:
        self.requests: deque[ApiRequest] = deque(maxlen=10_000)
        self._faults: list[ApiFault] = []
        self._lock = threading.Lock()
        self._gate = threading.Event()
        self._arrived = threading.Semaphore(0)

    def fail(
        self, status: int = 503, times: int | None = 1, path: str | None = None, saved: bool = False
    ) -> None:
        """Answer an error without doing anything. ``saved``: under the idempotency key it stays."""
        self._add(ApiFault("fail", path, _count(times), status, saved))

    def cut(self, times: int | None = 1, path: str | None = None) -> None:
        """Do the work, then close the line without an answer."""
        self._add(ApiFault("cut", path, _count(times)))

    def cut_before(self, times: int | None = 1, path: str | None = None) -> None:
        """Close the line without doing anything."""
        self._add(ApiFault("cut_before", path, _count(times)))

    def slow(self, seconds: float, times: int | None = 1, path: str | None = None) -> None:
        """Wait before the work; meanwhile the idempotency key is in use."""
        self._add(ApiFault("slow", path, _count(times), seconds))

    def hold(self, times: int | None = 1, path: str | None = None) -> None:
        """Keep a call waiting before its work until ``release``; its idempotency key is in use."""
        self._gate.clear()
        self._add(ApiFault("hold", path, _count(times)))

    def hold_answer(self, times: int | None = 1, path: str | None = None) -> None:
        """Do the work, webhooks and all, and keep the answer back until ``release``."""
        self._gate.clear()
        self._add(ApiFault("hold_answer", path, _count(times)))

    def wait_until_held(self, timeout: float = 10) -> None:
        """Return when a call is being held. Raises TimeoutError."""
        if not self._arrived.acquire(timeout=timeout):
            raise TimeoutError("no call has come to be held")

    def release(self) -> None:
        """Let every held call go on."""
        self._gate.set()

    def down(self) -> None:
        """Every call answers 503 until ``up()``."""
        self.fail(503, times=None)

    def up(self) -> None:
        """No more faults."""
        self.calm()

    def calm(self) -> None:
        """No more faults; held calls go on."""
        with self._lock:
            self._faults = []
        self.release()

    def sent(self, path: str) -> list[ApiRequest]:
        """The logged calls that match."""
        return [call for call in self.requests if call.matches(path)]

    def take(self, kind: Kind, call: ApiRequest, saved: bool = False) -> ApiFault | None:
        """The next fault of this kind for this call; counts it."""
        with self._lock:
            for fault in self._faults:
                if (fault.kind, fault.saved) == (kind, saved) and call.matches(fault.path):
                    self._use(fault)
                    return fault
        return None

    def raise_failure(self, call: ApiRequest, saved: bool) -> None:
        """Raises ApiError if the call is to fail now."""
        fault = self.take("fail", call, saved)
        if fault:
            kind = "rate_limit_error" if fault.value == 429 else "api_error"
            raise ApiError("Something went wrong on our end.", status=fault.value, kind=kind)

    def pause(self, call: ApiRequest) -> None:
        """Wait before the work, as long as a test has asked."""
        fault = self.take("slow", call)
        if fault:
            time.sleep(fault.value)
        self.pause_in("hold", call)

    def pause_in(self, kind: Kind, call: ApiRequest) -> None:
        """Wait for ``release`` if this call is to be held."""
        if self.take(kind, call):
            self._arrived.release()
            self._gate.wait(_LONGEST_HOLD)

    def _use(self, fault: ApiFault) -> None:
        fault.times -= 1
        if fault.times <= 0:
            self._faults = [other for other in self._faults if other is not fault]

    def _add(self, fault: ApiFault) -> None:
        with self._lock:
            self._faults = [*self._faults, fault]


def _count(times: int | None) -> float:
    return float("inf") if times is None else times
