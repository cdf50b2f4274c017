"""Delivering: one thread that posts, in order, with retries; the site's answer decides."""

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
    """One event on its way to one endpoint; ``tries`` counts the attempts behind it."""

    event: str
    endpoint: str
    tries: int = 0


def post(url: str, body: bytes, headers: Mapping[str, str], timeout: float = 10) -> int:
    """POST and answer the HTTP status; redirects are not followed. Raises OSError, HTTPException."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=timeout)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()


class WebhookSender:
    """A queue and its thread. ``deliver`` does one attempt and never raises."""

    def __init__(self, deliver: Callable[[WebhookDelivery], None]) -> None:
        self._deliver = deliver
        self._queue: queue.SimpleQueue[WebhookDelivery | None] = queue.SimpleQueue()
        self._open = 0
        self._idle = threading.Condition()
        self._timers: set[threading.Timer] = set()
        self._thread = threading.Thread(target=self._run, name="stripe-webhooks", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def send(self, delivery: WebhookDelivery, wait: float = 0) -> None:
        """Queue a delivery, after ``wait`` seconds."""
        with self._idle:
            self._open += 1
        if wait <= 0:
            self._queue.put(delivery)
            return
        # A timer, because a test that freezes the clock must not freeze the post.
        timer = threading.Timer(wait, self._queue.put, [delivery])
        timer.daemon = True
        self._timers.add(timer)
        timer.start()

    def drain(self, timeout: float) -> None:
        """Wait until nothing is queued, waiting or under way. Raises TimeoutError."""
        with self._idle:
            if not self._idle.wait_for(lambda: self._open == 0, timeout):
                raise TimeoutError(f"{self._open} webhooks are still under way")

    def stop(self) -> None:
        """Deliver nothing more; what is queued is dropped."""
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
