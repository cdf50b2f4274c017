"""Faults of the API that tests inject, and the log of its requests."""

from __future__ import annotations

import fnmatch
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from website.demo.fake_stripe.errors import ApiError, Json

Kind = Literal["fail", "drop_request", "drop_response", "hold", "hold_response"]
_LONGEST_HOLD = 60


@dataclass
class ApiRequest:
    """A request to the API. Its parameters are nested, and typed once they are validated."""

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
    """What goes wrong, where, and how often."""

    kind: Kind
    path: str | None
    times: float
    error: ApiError | None = None
    saved: bool = False


class ApiFaults:
    """``times=None`` means until ``reset()``; ``path`` is a pattern as in ``ApiRequest.matches``."""

    def __init__(self) -> None:
        self.requests: deque[ApiRequest] = deque(maxlen=10_000)
        self._faults: list[ApiFault] = []
        self._lock = threading.Lock()
        self._gate = threading.Event()
        self._arrived = threading.Semaphore(0)

    def fail(
        self, status: int = 503, times: int | None = 1, path: str | None = None, saved: bool = False
    ) -> None:
        """Respond with an error without doing anything. ``saved``: it is saved under the idempotency key."""
        kind = "rate_limit_error" if status == 429 else "api_error"
        error = ApiError("Something went wrong on our end.", status=status, kind=kind)
        self._add(ApiFault("fail", path, _count(times), error, saved))

    def refuse(
        self,
        code: str | None = None,
        param: str | None = None,
        *,
        status: int = 400,
        message: str = "The request was refused.",
        times: int | None = 1,
        path: str | None = None,
        saved: bool = False,
    ) -> None:
        """Respond with an ``invalid_request_error`` that names ``code`` and ``param``, without doing anything.

        401: the key is not valid; 403: a restricted key lacks a permission. ``saved`` as in ``fail``.
        """
        error = ApiError(message, status=status, code=code, param=param)
        self._add(ApiFault("fail", path, _count(times), error, saved))

    def drop_request(self, times: int | None = 1, path: str | None = None) -> None:
        """Close the connection without running the request."""
        self._add(ApiFault("drop_request", path, _count(times)))

    def drop_response(self, times: int | None = 1, path: str | None = None) -> None:
        """Run the request, then close the connection without a response."""
        self._add(ApiFault("drop_response", path, _count(times)))

    def hold(self, times: int | None = 1, path: str | None = None) -> None:
        """Hold a request before it runs, until ``release``; its idempotency key is in use."""
        self._gate.clear()
        self._add(ApiFault("hold", path, _count(times)))

    def hold_response(self, times: int | None = 1, path: str | None = None) -> None:
        """Run the request, including its webhooks, and hold the response until ``release``."""
        self._gate.clear()
        self._add(ApiFault("hold_response", path, _count(times)))

    def wait_until_held(self, timeout: float = 10) -> None:
        """Wait until a request is held. Raises TimeoutError."""
        if not self._arrived.acquire(timeout=timeout):
            raise TimeoutError("no request is held")

    def release(self) -> None:
        """Continue all held requests."""
        self._gate.set()

    def down(self) -> None:
        """Respond 503 to everything until ``up()``."""
        self.fail(503, times=None)

    def up(self) -> None:
        """No more faults."""
        self.reset()

    def reset(self) -> None:
        """No more faults; held requests continue."""
        with self._lock:
            self._faults = []
        self.release()

    def sent(self, path: str) -> list[ApiRequest]:
        """The logged requests that match."""
        return [call for call in self.requests if call.matches(path)]

    def take(self, kind: Kind, call: ApiRequest, saved: bool = False) -> ApiFault | None:
        """The next fault of this kind for this request; uses it up."""
        with self._lock:
            for fault in self._faults:
                if (fault.kind, fault.saved) == (kind, saved) and call.matches(fault.path):
                    self._use(fault)
                    return fault
        return None

    def raise_failure(self, call: ApiRequest, saved: bool) -> None:
        """Raises ApiError if the request is to fail now."""
        fault = self.take("fail", call, saved)
        if fault and fault.error:
            raise fault.error

    def pause(self, kind: Kind, call: ApiRequest) -> None:
        """Wait for ``release`` if this request is to be held."""
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
