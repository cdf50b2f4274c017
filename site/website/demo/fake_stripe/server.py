"""Serving the fake Stripe over HTTP in threads of this process, one for each request."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from typing_extensions import Unpack
from werkzeug.serving import WSGIRequestHandler, make_server

from website.demo.fake_stripe.app import app_of
from website.demo.fake_stripe.fake_stripe import FakeStripe, FakeStripeOptions

HOST = "127.0.0.1"


class QuietRequestHandler(WSGIRequestHandler):
    """Does not log requests."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


@contextlib.contextmanager
def running_fake_stripe(port: int = 0, **options: Unpack[FakeStripeOptions]) -> Iterator[FakeStripe]:
    """A fake Stripe on this machine while the block runs; port 0 picks a free port. Raises OSError."""
    fake_stripe = FakeStripe(**options)
    server = make_server(HOST, port, app_of(fake_stripe), threaded=True, request_handler=QuietRequestHandler)
    server.socket.listen(1024)  # hundreds of requests may arrive at the same instant
    fake_stripe.start(f"http://{HOST}:{server.port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield fake_stripe
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        fake_stripe.stop()
