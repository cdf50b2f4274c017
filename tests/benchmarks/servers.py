"""The servers that are measured, each on the core for servers: ours, and nginx over files."""

import gzip
import http.client
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from articles.publish import publish
from carrel.accounts import readers, sessions
from carrel.services import Services, make_services
from carrel.settings import load
from tests.benchmarks.corpus import write_for_carrel
from tests.benchmarks.machine import SERVER, find, on
from tests.benchmarks.processes import family, resident_megabytes
from tests.caches import nginx as shipped
from tests.caches.wire import NAME
from tests.support.served import ROOT, free_port, running, wait_for
from website.migrations import migrate

KEY = "a-key-for-benchmarks-only-of-32-bytes"
COOKIE = "carrel_session"
NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; {user}
events {{ worker_connections 1024; }}
http {{
  access_log off; types {{ text/html html; }} keepalive_requests 10000000; sendfile on; tcp_nopush on;
  open_file_cache max=20000; open_file_cache_valid 600s;
  server {{ listen 127.0.0.1:{port}; root {folder}/files; gzip_static on; }}
}}
"""


@dataclass(frozen=True)
class Site:
    """Our site: its processes and its port."""

    home: Path
    port: int
    pid: int
    services: Services

    def cookie(self, audience: str) -> dict[str, str]:
        """The header of a new reader, with the pass or without; none for a guest."""
        if audience == "guest":
            return {}
        with self.services.db.write() as session:
            reader = readers.create_anonymous(session)
            readers.set_ad_free(session, reader.id, audience == "pass")
            return {"Cookie": f"{COOKIE}={sessions.start(session, reader, browser='benchmark')}"}

    def megabytes(self) -> list[float]:
        """What each of its processes holds now."""
        return [resident_megabytes(pid) for pid in family(self.pid)]


def article(number: int) -> str:
    """The path of one of the articles made up for measuring."""
    return f"/articles/article-{number:05}/"


@contextmanager
def our_site(home: Path, articles: int = 0, core: int = SERVER) -> Iterator[Site]:
    """`carrel serve` with one process, over a library of so many articles; over those that we ship with none."""
    port = free_port()
    environ = {
        "CARREL_HOME": str(home / "var"),
        "CARREL_CONTENT": str(home / "content" if articles else ROOT / "articles" / "content"),
        "CARREL_BASE_URL": f"http://127.0.0.1:{port}",
        "CARREL_SECRET_KEYS": KEY,
        "PORT": str(port),
        "STRIPE_SECRET_KEY": "sk_test_x",
        "STRIPE_WEBHOOK_SECRET": "whsec_x",
    }
    home.mkdir(parents=True, exist_ok=True)
    if articles:
        write_for_carrel(home / "content", articles)
    services = make_services(load(environ, demo=True))
    migrate(services.db)
    publish(services.settings, services.db)
    command = on(core, sys.executable, "-m", "website", "serve", "--demo", "--workers", "1")
    env = environ | {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}"}
    log = home / "serve.log"
    with running(*command, env=env, log=log) as process:
        wait_for(lambda: fetch(port, "/healthz").status == 200, process, log)
        yield Site(home, port, process.pid, services)
    services.db.close()


@contextmanager
def nginx_over_files(folder: Path, pages: dict[str, bytes]) -> Iterator[tuple[int, int]]:
    """nginx with the same pages from files, compressed before; its process and its port."""
    port, log = free_port(), folder / "nginx.log"
    folder.chmod(0o755)
    for path, packed in pages.items():
        file = folder / "files" / path.strip("/") / "index.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(gzip.decompress(packed))
        file.with_name("index.html.gz").write_bytes(packed)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, user=user))
    command = on(SERVER, find("nginx") or "nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"))
    with running(*command, log=log) as process:
        wait_for(lambda: fetch(port, next(iter(pages))).status == 200, process, log)
        yield process.pid, port


@contextmanager
def shipped_nginx(folder: Path, site: Site) -> Iterator[tuple[int, int]]:
    """The nginx that we ship with its cache and its locations, but without TLS and limits: all load has one address."""
    main_file, _, port = shipped.configure(folder, site.port)
    conf = folder / "carrel.conf"
    text = re.sub(r" ssl( http2)?( default_server)?;", r"\2;", conf.read_text("utf-8"))
    text = re.sub(r"^\s*(limit_req|limit_conn) .*$", "", text, flags=re.MULTILINE)
    host = f"proxy_set_header Host 127.0.0.1:{site.port};"  # whom our site answers
    conf.write_text(text.replace("proxy_set_header Host $host;", host), "utf-8")
    log = folder / "nginx.log"
    command = on(SERVER, find("nginx") or "nginx", "-p", str(folder), "-c", str(main_file))
    with running(*command, log=log) as process:
        wait_for(lambda: fetch(port, "/", {"Host": NAME}).status == 200, process, log)
        yield process.pid, port


def fetch_packed(
    port: int, paths: Sequence[str], headers: Mapping[str, str] | None = None
) -> dict[str, bytes]:
    """These pages as they are sent, with gzip; as a guest unless a header says otherwise."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    pages = {}
    for path in paths:
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"} | dict(headers or {}))
        pages[path] = connection.getresponse().read()
    connection.close()
    return pages


def fetch(port: int, path: str, headers: Mapping[str, str] | None = None) -> http.client.HTTPResponse:
    """One answer, read to its end."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"} | dict(headers or {}))
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer
