"""What a preview adds to the site's own app: a panel above each page, and a script that loads the page again."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, render_template, request
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response as PlainResponse

from carrel.settings import is_local
from website.preview.panel import panel_of
from website.preview.preview_library import PreviewLibrary

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "/_preview/"  # no page, exam or article has such an address
SCRIPT, EVENTS = f"{PREFIX}reload.js", f"{PREFIX}events"
KEEP_ALIVE_SECONDS = 15
SAFE = {"GET", "HEAD"}
NO_STORE = {"Cache-Control": "no-store"}
ONLY_READING = "The preview is read-only: nothing is sent, sold, or saved here. Go back to the page.\n"
# Every answer is whole and new: it gets a panel, and no cache has it.
CONDITIONS = ("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")


def init_app(app: Flask, library: PreviewLibrary) -> None:
    """Show the panel on every page, answer the script, and let nothing through that writes."""
    script = (Path(__file__).parent / "reload.js").read_bytes()

    def add_panel(response: Response) -> Response:
        response.headers.update(NO_STORE)
        if response.mimetype == "text/html" and request.method == "GET":
            panel = render_template("preview/panel.html", panel=panel_of(library, request.path))
            tag = f'<script src="{SCRIPT}" data-version="{library.version}" defer></script>\n</head>'
            page = response.get_data(as_text=True).replace("</head>", tag, 1)
            response.set_data(page.replace("<main ", f"{panel}<main ", 1))
        return response

    app.after_request(add_panel)
    app.wsgi_app = Gate(app.wsgi_app, library, script)  # type: ignore[method-assign]


class Gate:
    """Stands before the app: it answers for the script, and refuses what could change or send something."""

    def __init__(self, app: "WSGIApplication", library: PreviewLibrary, script: bytes) -> None:
        self._app, self._library, self._script = app, library, script

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request. The first page waits for the first library."""
        asked = Request(environ)
        if asked.method not in SAFE or not is_local(f"//{asked.host}"):
            return PlainResponse(ONLY_READING, 405, NO_STORE)(environ, start_response)
        if asked.path == SCRIPT:
            return PlainResponse(self._script, 200, NO_STORE, "text/javascript")(environ, start_response)
        if asked.path == EVENTS:
            stream = events(self._library, asked.args.get("version", ""))
            return PlainResponse(stream, 200, NO_STORE, "text/event-stream")(environ, start_response)
        while not self._library.version:
            self._library.wait_for_another("", KEEP_ALIVE_SECONDS)
        for name in CONDITIONS:
            environ.pop(name, None)
        return self._app(environ, start_response)


def events(library: PreviewLibrary, version: str, seconds: float = KEEP_ALIVE_SECONDS) -> Iterator[bytes]:
    """The version, as soon as it is another one than the page's; meanwhile a sign of life, by which a closed page is noticed."""
    while (latest := library.wait_for_another(version, seconds)) == version:
        yield b": nothing new\n\n"
    yield f"data: {latest}\n\n".encode()
