"""A web server on this machine whose answers a test decides, and exports to import."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from articles.importing.importer import Importer, ImportReport
from articles.importing.read_export import read_export
from tests.articles.importing.exports import NOW, Import
from tests.support.articles import write_files

Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """A server on this machine that answers as it is told. Returns its address."""
    servers = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def import_now(tmp_path: Path, content: Path) -> Import:
    """Import an export as if its folder lay on this machine."""

    def run(export: str, exam: str = "cpb", root: Path = content, **options: Any) -> ImportReport:
        write_files(tmp_path / "old", {"export.json": export})
        options = {"now": NOW, "download": None} | options
        return Importer(read_export(tmp_path / "old" / "export.json"), root, exam, **options).run()

    return run


@pytest.fixture
def picture(tmp_path: Path, image: bytes) -> bytes:
    """The picture that the export shows, beside it."""
    data = image
    write_files(tmp_path / "old", {"content/images/2020/05/a.png": data})
    return data
