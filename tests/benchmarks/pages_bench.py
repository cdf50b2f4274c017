"""An article page from the app, for each edition, beside nginx serving the same bytes from a file.

The load comes from wrk when it is installed, else from this process, over four kept connections; both servers
see the same. It shares the cores with what it measures, so the ratio says more than the numbers.
"""

import http.client
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from articles.publish import publish
from carrel.accounts import readers, sessions
from carrel.services import Services, make_services
from carrel.settings import load
from website.migrations import migrate

REQUESTS, CONNECTIONS = 4_000, 4
ARTICLE = "/articles/what-cmp-means/"
KEY = "a-key-for-benchmarks-only-of-32-bytes"
COOKIE = "carrel_session"


def main() -> None:
    """Print requests a second."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as (services, port):
        cookies = {"guest": "", **{edition: cookie(services, edition) for edition in ("reader", "pass")}}
        for edition, value in cookies.items():
            rate, size = measure(port, ARTICLE, value)
            print(f"  app, {edition:6} {rate:8,.0f} pages/s   {size:,} bytes each")
        body = fetch(port, ARTICLE, "")
        with nginx(Path(folder), body) as nginx_port:
            if nginx_port:
                rate, size = measure(nginx_port, "/page.html", "")
                print(
                    f"  nginx         {rate:8,.0f} pages/s   {size:,} bytes each, the same ones from a file"
                )


def cookie(services: Services, edition: str) -> str:
    """The cookie of a reader, with the pass or without."""
    with services.db.write() as session:
        reader = readers.create_anonymous(session)
        readers.set_ad_free(session, reader.id, edition == "pass")
        return f"{COOKIE}={sessions.start(session, reader, browser='benchmark')}"


@contextmanager
def running(home: Path) -> Iterator[tuple[Services, int]]:
    """The site under gunicorn, two workers, over a database of its own."""
    port = free_port()
    environ = {
        "CARREL_HOME": str(home),
        "CARREL_BASE_URL": f"http://127.0.0.1:{port}",
        "CARREL_SECRET_KEYS": KEY,
        "PORT": str(port),
        "PYTHONPATH": "site:.",
        "STRIPE_SECRET_KEY": "sk_test_x",
        "STRIPE_WEBHOOK_SECRET": "whsec_x",
        "PATH": "/usr/bin:/bin",
    }
    services = make_services(load(environ, demo=True))
    migrate(services.db)
    publish(services.settings, services.db)
    server = subprocess.Popen(
        [sys.executable, "-m", "website", "serve", "--demo", "--workers", "2"], env=environ
    )
    try:
        wait_for(port)
        yield services, port
    finally:
        server.terminate()
        server.wait(40)
        services.db.close()


@contextmanager
def nginx(folder: Path, body: bytes) -> Iterator[int]:
    """nginx with one file; port 0 when it is not installed."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        print("  nginx is not installed: nothing to compare with")
        yield 0
        return
    port = free_port()
    (folder / "page.html").write_bytes(body)
    folder.chmod(0o755)
    conf = folder / "nginx.conf"
    conf.write_text(
        f"daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log /dev/null; events {{}} "
        f"http {{ access_log off; types {{ text/html html; }} keepalive_requests 100000; "
        f"server {{ listen 127.0.0.1:{port}; root {folder}; }} }}"
    )
    server = subprocess.Popen([program, "-p", str(folder), "-c", str(conf)], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def measure(port: int, path: str, cookie: str) -> tuple[float, int]:
    """Pages a second over four kept connections, and the bytes of one."""
    size = len(fetch(port, path, cookie))
    if shutil.which("wrk"):
        return wrk(port, path, cookie), size
    threads = [threading.Thread(target=load_with, args=(port, path, cookie)) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return REQUESTS / (time.perf_counter() - began), size


def wrk(port: int, path: str, cookie: str) -> float:
    """Pages a second by wrk, for five seconds: a load that costs less than what it measures."""
    command = [
        "wrk",
        "-t2",
        f"-c{CONNECTIONS}",
        "-d5s",
        "-H",
        "Accept-Encoding: gzip",
        "-H",
        f"Cookie: {cookie}",
    ]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    )
    assert "Non-2xx" not in done.stdout, done.stdout
    return float(done.stdout.split("Requests/sec:")[1].split()[0])


def load_with(port: int, path: str, cookie: str) -> None:
    """One connection's share of the requests."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Accept-Encoding": "gzip"} | ({"Cookie": cookie} if cookie else {})
    for _ in range(REQUESTS // CONNECTIONS):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
    connection.close()


def fetch(port: int, path: str, cookie: str) -> bytes:
    """One page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(
        "GET", path, headers={"Accept-Encoding": "gzip"} | ({"Cookie": cookie} if cookie else {})
    )
    body = connection.getresponse().read()
    connection.close()
    return body


def wait_for(port: int) -> None:
    """Until something listens there, for half a minute at most."""
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on port {port}")


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
