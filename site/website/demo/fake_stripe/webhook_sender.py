"""Sending webhooks: one thread that delivers them in order."""

from __future__ import annotations

import http.client
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

Transport = Callable[[str, bytes, Mapping[str, str]], int]


@dataclass(frozen=True)
class WebhookDelivery:
    """The delivery of one event to one endpoint; ``tries`` counts the attempts so far."""

    event: str
    endpoint: str
    tries: int = 0


def post(url: str, body: bytes, headers: Mapping[str, str], timeout: float = 10) -> int:
    """POST, and return the HTTP status; redirects are not followed. Raises OSError, HTTPException."""
    parts = urlsplit(url)
    connection_class = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connection_class(parts.netloc, timeout=timeout)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()


class WebhookSender:
    """A queue and its thread. ``deliver`` makes one attempt and never raises."""

    def __init__(self, deliver: Callable[[WebhookDelivery], None]) -> None:
        self._deliver = deliver
        self._queue: queue.SimpleQueue[WebhookDelivery | None] = queue.SimpleQueue()
        self._open = 0
        self._idle = threading.Condition()
        self._timers: set[threading.Timer] = set()
        self._thread = threading.Thread(target=self._run, name="stripe-webhooks", daemon=True)

    def start(self) -> None:
        """Start delivering."""
        self._thread.start()

    def send(self, delivery: WebhookDelivery, wait: float = 0) -> None:
        """Queue a delivery, after ``wait`` seconds."""
        with self._idle:
            self._open += 1
        if wait <= 0:
            self._queue.put(delivery)
            return
        # A timer, because a test may freeze the clock.
        timer = threading.Timer(wait, self._queue.put, [delivery])
        timer.daemon = True
        self._timers.add(timer)
        timer.start()

    def drain(self, timeout: float) -> None:
        """Wait until nothing is queued or being delivered. Raises TimeoutError."""
        with self._idle:
            if not self._idle.wait_for(lambda: self._open == 0, timeout):
                raise TimeoutError(f"{self._open} webhooks are still under way")

    def stop(self) -> None:
        """Stop delivering; what is queued is dropped."""
        for timer in self._timers:
            timer.cancel()
        self._queue.put(None)
        self._thread.join(timeout=15)

    def _run(self) -> None:
        while (delivery := self._queue.get()) is not None:
            self._deliver(delivery)
            self._timers = {timer for timer in self._timers if timer.is_alive()}
            with self._idle:
                self._open -= 1
                self._idle.notify_all()
