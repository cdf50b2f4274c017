"""The web server: gunicorn over the app, without a configuration file."""

import gc
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger

from carrel.ads.routes import counting
from carrel.http.response_cache import ResponseCache
from carrel.logging import StrikingFormatter
from carrel.services import make_services
from carrel.settings import Settings
from website.admin.advertising.routes import LARGEST_UPLOAD_BYTES
from website.admin.screens import subscriber_imports
from website.app import create_app
from website.kept_pages_worker import KeptPagesWorker
from website.pages.search import misses_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

GRACEFUL_SECONDS = 30
THREADS = 8
CHUNK_BYTES = 64 * 1024
# The largest body that a view takes. nginx has refused longer ones; who comes past it is cut off.
DRAINED_BYTES = max(LARGEST_UPLOAD_BYTES, subscriber_imports.LARGEST_UPLOAD_BYTES)
AddPages = Callable[[Flask], None]


class Log(Logger):
    """gunicorn's log, without secrets."""

    def setup(self, cfg: Config) -> None:
        """Give each handler our form."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(StrikingFormatter(self.error_fmt, self.datefmt))


class LargeBodies:
    """Answers once the whole body is here, whether or not a view has read it.

    gunicorn would answer at once and close the connection while a proxy is still sending: the proxy says 502, or loses
    what it sends over the same connection next. A body beyond every limit is not awaited: `Connection: close`, for
    which gunicorn has a method of its own, as it ignores the header from an app.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        length = environ.get("CONTENT_LENGTH") or "0"
        is_bounded = "HTTP_TRANSFER_ENCODING" not in environ and length.isdigit()
        if not is_bounded or int(length) > DRAINED_BYTES:
            start_response.__self__.force_close()  # type: ignore[attr-defined]
            return self._app(environ, start_response)
        answer = self._app(environ, start_response)
        while environ["wsgi.input"].read(CHUNK_BYTES):
            pass
        return answer


class Server(BaseApplication):
    """gunicorn with our settings. Each worker process makes its own services: nothing crosses a fork."""

    def __init__(self, settings: Settings, bind: str, workers: int, add_pages: AddPages) -> None:
        self._settings = settings
        self._add_pages = add_pages
        self.response_cache: ResponseCache | None = None
        self._options = {
            "bind": bind,
            "workers": workers,
            "worker_class": KeptPagesWorker,
            "threads": THREADS,
            "timeout": GRACEFUL_SECONDS,
            "graceful_timeout": GRACEFUL_SECONDS,
            "keepalive": 5,
            "http_parser": "python",  # the one in C takes lines that RFC 9112 forbids
            "control_socket_disable": True,  # it would be opened under $HOME
            "loglevel": "warning",
            "logger_class": Log,
            "proc_name": "carrel",
        }
        super().__init__()

    def load_config(self) -> None:
        """Hand gunicorn its options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:  # type: ignore[override]  # gunicorn means any WSGI app
        """The app, made in each worker."""
        services = make_services(self._settings)
        app = create_app(services)
        self._add_pages(app)
        app.wsgi_app = LargeBodies(app.wsgi_app)  # type: ignore[method-assign]
        if self._settings.response_cache:
            self.response_cache = ResponseCache(app.wsgi_app, services)
            app.wsgi_app = self.response_cache  # type: ignore[method-assign]
        counting(app).event_buffer.start()
        misses_of(app).start()
        gc.collect()
        gc.freeze()  # what is here now stays: looking through it again and again would only make some answers late
        return app


def default_workers() -> int:
    """Two, or one for each core."""
    return int(os.environ.get("WEB_CONCURRENCY", "0")) or max(2, os.cpu_count() or 1)


def add_nothing(_app: Flask) -> None:
    """Production adds no pages."""


def serve(
    settings: Settings, bind: str, workers: int | None = None, add_pages: AddPages = add_nothing
) -> None:
    """Serve until SIGTERM; SIGHUP starts fresh workers before the old ones end. `add_pages` adds the demo's pages."""
    Server(settings, bind, workers or default_workers(), add_pages).run()
