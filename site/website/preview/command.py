"""The command preview."""

import errno
import signal
import socket
import tempfile
import threading
import time
import traceback
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carrel.settings import Settings, SettingsError

if TYPE_CHECKING:
    from articles.problems import ProblemsByPath
    from articles.publish import PublishReport
    from carrel.db import Database
    from carrel.services import Services
    from website.preview.preview_library import PreviewLibrary

HOST, PORT = "127.0.0.1", 8010
LARGEST_PORT = 65_535


@click.command("preview")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".")
@click.option(
    "--port",
    type=click.IntRange(0, LARGEST_PORT),
    default=PORT,
    show_default=True,
    help="0 picks a free port.",
)
def preview_command(folder: Path, port: int) -> None:
    """Preview the site of FOLDER, including drafts and scheduled articles, and reload on every save.

    It runs on this machine only, with its own library: nothing is published, sold or sent. Ctrl-C ends it.
    """
    from carrel.brand import load_brand
    from website.preview.preview_settings import preview_settings

    with (
        closing(listening_socket(port)) as listener,
        tempfile.TemporaryDirectory(prefix="carrel-preview-") as home,
    ):
        settings = preview_settings(folder, Path(home), listener.getsockname()[1])
        if not settings.content.is_dir():
            raise SettingsError(f"There is no folder {settings.content}: name the folder of your site.")
        load_brand(settings)  # a wrong picture is said before the address is
        click.echo(f"Preview of {settings.content}: {settings.base_url}/   (Ctrl-C ends it)")
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # the scratch folder goes in any case
        try:
            run(settings, listener)
        except KeyboardInterrupt:
            click.echo("\nEnding …")


def listening_socket(port: int) -> socket.socket:
    """A socket that listens on this machine only. Raises `SettingsError` when the port is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        why = "is in use by another program" if error.errno == errno.EADDRINUSE else "cannot be used"
        raise SettingsError(f"Port {port} {why}. Choose another with --port; 0 picks a free port.") from None
    return listener


def run(settings: Settings, listener: socket.socket) -> None:
    """Serve at once, build, and build again after every save, until Ctrl-C."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    from carrel.services import open_database
    from website.app import create_app
    from website.migrations import migrate
    from website.preview.preview_library import PreviewLibrary
    from website.preview.preview_pages import init_app
    from website.preview.watching import saves

    class Quiet(WSGIRequestHandler):
        """Logs no requests: the terminal is for mistakes."""

        def log_request(self, *_args: object) -> None:
            """Say nothing."""

    db = open_database(settings)
    migrate(db)
    services = preview_services(settings, db)
    library = PreviewLibrary(services)
    app = create_app(services)
    init_app(app, library)
    server = make_server(HOST, 0, app, threaded=True, request_handler=Quiet, fd=listener.fileno())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        build(library)
        for _save in saves(settings.content):
            build(library)
    finally:
        server.shutdown()
        db.close()


def preview_services(settings: Settings, db: "Database") -> "Services":
    """The services of the app, which sees a new library at once."""
    from carrel.page_cache import CacheVersionWatch
    from carrel.services import make_services

    return replace(make_services(settings, db), cache_version=CacheVersionWatch(db, poll_seconds=0))


def build(library: "PreviewLibrary") -> None:
    """Build what changed, and say in the terminal what became of it. Whatever goes wrong, the preview goes on."""
    from articles.loading.discovery import ContentNotFoundError
    from articles.publish import PublishBusyError
    from articles.report_lines import problem_lines

    started, before = time.monotonic(), library.problems
    try:
        report = library.build()
    except (ContentNotFoundError, PublishBusyError) as error:
        library.fail(str(error))
        click.echo(library.failure)
        return
    except Exception as error:  # a fault of ours: whoever writes goes on writing
        traceback.print_exc()
        library.fail(
            f"{type(error).__name__}: {error}. The terminal has the details. The pages are unchanged."
        )
        return
    for line in problem_lines(new_problems(library.problems, before)):
        click.echo(line)
    if report is None:
        click.echo("Pages stay unchanged until this is fixed.")
    elif not report.is_empty or library.problems != before:
        seconds = time.monotonic() - started
        click.echo(f"{datetime.now():%H:%M:%S}  {summary_of(library, report)}, {seconds:.1f} s")  # noqa: DTZ005 - here


def new_problems(problems: "ProblemsByPath", before: "ProblemsByPath") -> "ProblemsByPath":
    """Those that were not there before: a terminal says everything once."""
    new = {
        path: [one for one in found if one not in before.get(path, ())] for path, found in problems.items()
    }
    return {path: found for path, found in new.items() if found}


def summary_of(library: "PreviewLibrary", report: "PublishReport") -> str:
    """What was built, in one line."""
    from website.preview.preview_library import errors_in, written

    count, errors = len(written(report)), errors_in(library.problems)
    mistakes = f", {errors} mistake{'s' if errors != 1 else ''}" if errors else ""
    return f"built {count} of {count + report.unchanged} articles{mistakes}"
