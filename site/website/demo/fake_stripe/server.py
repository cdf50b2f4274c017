"""Serves the stand-in over HTTP: threads of this process, one for each request."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from werkzeug.serving import WSGIRequestHandler, make_server

from website.demo.fake_stripe.app import create_app
from website.demo.fake_stripe.fake_stripe import FakeStripe

HOST = "127.0.0.1"


class QuietRequestHandler(WSGIRequestHandler):
    """No line for every request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextlib.contextmanager
def serving(fake_stripe: FakeStripe, port: int = 0) -> Iterator[None]:
    """Serve on this machine while the block runs; port 0 takes a free one. Raises OSError."""
    server = make_server(
        HOST, port, create_app(fake_stripe), threaded=True, request_handler=QuietRequestHandler
    )
    server.socket.listen(1024)  # hundreds may call at the same instant
    fake_stripe.start(f"http://{HOST}:{server.port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        fake_stripe.stop()
