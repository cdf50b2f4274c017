"""The server itself: fresh processes, killed ones, and its end. ADR 30 has the figures."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.caches.served_site import PRODUCTION, CacheSite
from tests.caches.wire import NAME
from tests.faults.site import until
from tests.support.served import ROOT, free_port, running, wait_for
from website.server import GRACEFUL_SECONDS

pytestmark = pytest.mark.faults
PAGE = "/articles/what-cmp-means/"
WORKERS = 2
HEADERS = {"Host": NAME, "X-Forwarded-Proto": "https"}
HEAD = f"Host: {NAME}\r\nX-Forwarded-Proto: https\r\n"


@contextmanager
def serving(
    cache_site: CacheSite, folder: Path, workers: int = WORKERS
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`carrel serve` over the shared site's database: its first process, and its port."""
    port = free_port()
    env = PRODUCTION | {
        "CARREL_HOME": str(cache_site.home),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}",
    }
    command = ("-m", "website", "serve", "--bind", f"127.0.0.1:{port}", "--workers", str(workers))
    with running(sys.executable, *command, env=env, log=folder / "log") as process:
        wait_for(lambda: status(port) == 200, process, folder / "log")
        yield process, port


@pytest.fixture
def server(cache_site: CacheSite, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server of the test's own."""
    with serving(cache_site, tmp_path) as found:
        yield found


def status(port: int, method: str = "GET", path: str = PAGE, body: bytes | None = None) -> int:
    """The status of a request on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, HEADERS)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def workers(process: "subprocess.Popen[bytes]") -> set[int]:
    """The processes that answer."""
    return {int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()}


def slow(stack: ExitStack, port: int, count: int, first: str) -> list[socket.socket]:
    """Visitors that begin a request and send no more of it."""
    opened = []
    for _ in range(count):
        wire = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
        wire.sendall(first.encode())
        opened.append(wire)
    return opened


def test_nobodys_request_is_lost_when_fresh_processes_take_over(
    server: tuple[subprocess.Popen[bytes], int],
) -> None:
    process, port = server
    before, failures, over = workers(process), [], threading.Event()

    def read() -> None:
        while not over.is_set():
            try:
                if (said := status(port)) != 200:
                    failures.append(str(said))
            except (OSError, HTTPException) as error:
                failures.append(repr(error))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    process.send_signal(signal.SIGHUP)
    until(lambda: len(workers(process)) == WORKERS and not workers(process) & before, 120)
    over.set()
    for reader in readers:
        reader.join()
    assert failures == []


def test_a_process_that_dies_is_replaced_and_the_others_answer_meanwhile(
    server: tuple[subprocess.Popen[bytes], int],
) -> None:
    process, port = server
    victim = min(workers(process))
    os.kill(victim, signal.SIGKILL)
    assert {status(port) for _ in range(20)} == {200}
    until(lambda: len(workers(process) - {victim}) == WORKERS, 60)
    assert status(port) == 200


def test_no_process_outlives_the_one_that_started_it(server: tuple[subprocess.Popen[bytes], int]) -> None:
    process, _ = server
    left = workers(process)
    process.kill()
    process.wait()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in left), 60)


def test_it_ends_in_time_though_somebody_sends_slowly(server: tuple[subprocess.Popen[bytes], int]) -> None:
    process, port = server
    with ExitStack() as stack:
        slow(stack, port, 4, f"POST /subscribe/ HTTP/1.1\r\n{HEAD}Content-Length: 1000\r\n\r\n")
        slow(stack, port, 4, "GET / HTTP/1.1\r\n")
        began = time.monotonic()
        process.terminate()
        process.wait(60)
    assert time.monotonic() - began < GRACEFUL_SECONDS + 5
