"""A site that only receives webhooks: it keeps what came and answers as it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import stripe


@dataclass
class Receiver:
    """``answers`` are used up one by one; then 200."""

    url: str = ""
    secret: str = "whsec_receiver"
    answers: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """Keep a request, and say what to answer."""
        with self._lock:
            self.bodies.append(body)
            self.headers.append(headers)
            return self.answers.pop(0) if self.answers else 200

    def events(self) -> list[stripe.Event]:
        """What came, each verified by the library with our secret."""
        pairs = zip(self.bodies, self.headers, strict=True)
        return [
            stripe.Webhook.construct_event(body, headers["Stripe-Signature"], self.secret)
            for body, headers in pairs
        ]

    def types(self) -> list[str]:
        """The types of what came, in order."""
        return [event.type for event in self.events()]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port of this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.take(body, dict(self.headers))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket.listen(512)  # hundreds may come at the same instant
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks/stripe"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
