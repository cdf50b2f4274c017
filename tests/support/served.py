"""The real thing: `carrel serve` in its own processes, as in production."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 120.0  # a slow machine is no failure
STOP_SECONDS = 60.0


class ServerStartError(Exception):
    """A process ended, or did not answer in two minutes."""


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    *command: str, env: Mapping[str, str] | None = None, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, ended with the block."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=env, stdout=out, stderr=out, start_new_session=True)
    try:
        yield process
    finally:
        stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End it in order, and by force when it does not."""
    if process.poll() is None:
        os.kill(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def served(environ: Mapping[str, str], host: str, log: Path, workers: int = 2) -> Iterator[int]:
    """The site under gunicorn with these settings; the port on which it answers."""
    port = free_port()
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}", **environ}
    command = (
        sys.executable,
        "-m",
        "website",
        "serve",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        str(workers),
    )
    with running(*command, env=env, log=log) as process:
        wait_for(lambda: _answers(port, host), process, log)
        yield port


def wait_for(answers: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return when a process answers. Raises `ServerStartError` with what it said."""
    give_up = time.monotonic() + START_SECONDS
    while not _safely(answers):
        if process.poll() is not None or time.monotonic() > give_up:
            raise ServerStartError(log.read_text("utf-8", "replace")[-2000:])
        time.sleep(0.1)


def _safely(answers: Callable[[], bool]) -> bool:
    try:
        return answers()
    except OSError:
        return False


def _answers(port: int, host: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status == 200
    finally:
        connection.close()
