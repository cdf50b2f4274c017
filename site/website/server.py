"""The web server: gunicorn over the app, without a configuration file."""

import os
from collections.abc import Callable

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger

from carrel.ads.routes import counting
from carrel.logging import StrikingFormatter
from carrel.services import make_services
from carrel.settings import Settings
from website.app import create_app

GRACEFUL_SECONDS = 30
THREADS = 8
AddPages = Callable[[Flask], None]


class Log(Logger):
    """gunicorn's log, without secrets."""

    def setup(self, cfg: Config) -> None:
        """Give each handler our form."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(StrikingFormatter(self.error_fmt, self.datefmt))


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
