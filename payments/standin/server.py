"""Serves the stand-in over HTTP: threads of this process, one for each request."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from payments.standin.app import create_app
from payments.standin.standin import Standin

HOST = "127.0.0.1"


class Quiet(WSGIRequestHandler):
    """No line for every request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def bind(standin: Standin, port: int = 0) -> BaseWSGIServer:
    """A server on this machine, listening; port 0 takes a free one."""
    server = make_server(HOST, port, create_app(standin), threaded=True, request_handler=Quiet)
    server.socket.listen(1024)  # hundreds may call at the same instant
    standin.start(f"http://{HOST}:{server.port}")
    return server


@contextlib.contextmanager
def running(port: int = 0, **options: Any) -> Iterator[Standin]:
    """A stand-in that is served while the block runs; options as for ``Standin``."""
    standin = Standin(**options)
    server = bind(standin, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield standin
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        standin.stop()
