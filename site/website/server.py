"""The web server: gunicorn over the app, without a configuration file."""

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger

from carrel.ads.routes import counting
from carrel.logging import StrikingFormatter
from carrel.services import make_services
from carrel.settings import Settings
from website.app import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

GRACEFUL_SECONDS = 30
THREADS = 8
# gunicorn drains 64 kB that a view left unread. Beyond that it closes a connection that it has promised to keep, and
# loses what the proxy sends over it next.
DRAINED_BYTES = 32 * 1024
AddPages = Callable[[Flask], None]


class Log(Logger):
    """gunicorn's log, without secrets."""

    def setup(self, cfg: Config) -> None:
        """Give each handler our form."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(StrikingFormatter(self.error_fmt, self.datefmt))


class LargeBodies:
    """Answers a request with a large body with `Connection: close`, whether or not a view reads it.

    gunicorn ignores that header from an app and has a method of its own for it.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        length = environ.get("CONTENT_LENGTH") or "0"
        if "HTTP_TRANSFER_ENCODING" in environ or not length.isdigit() or int(length) > DRAINED_BYTES:
            start_response.__self__.force_close()  # type: ignore[attr-defined]
        return self._app(environ, start_response)


class Server(BaseApplication):
    """gunicorn with our settings. Each worker process makes its own services: nothing crosses a fork."""

    def __init__(self, settings: Settings, bind: str, workers: int, add_pages: AddPages) -> None:
        self._settings = settings
        self._add_pages = add_pages
        self._options = {
            "bind": bind,
            "workers": workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": GRACEFUL_SECONDS,
            "graceful_timeout": GRACEFUL_SECONDS,
            "keepalive": 5,
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
        app = create_app(make_services(self._settings))
        self._add_pages(app)
        app.wsgi_app = LargeBodies(app.wsgi_app)  # type: ignore[method-assign]
        counting(app).event_buffer.start()
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
