"""A Redis of our own, on a free port: to be killed, emptied, filled and started again."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.support.served import free_port


def program() -> str | None:
    """Where it is, if it is installed."""
    return shutil.which("redis-server")


class RedisServer:
    """One that keeps nothing on disk: killed, it has lost everything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.client = Redis(port=self._port, decode_responses=True)

    @property
    def url(self) -> str:
        """For REDIS_URL."""
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self, *options: str) -> None:
        """Start it, and wait until it answers."""
        fixed = ("--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder))
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(
                [program() or "redis-server", *fixed, *options], stdout=log, stderr=log
            )
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "redis.log").read_text()

    def kill(self) -> None:
        """As a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except RedisError:
            return False


@contextmanager
def running_redis(folder: Path, *options: str) -> Iterator[RedisServer]:
    """One that ends with the block."""
    server = RedisServer(folder)
    server.start(*options)
    try:
        yield server
    finally:
        server.client.close()
        server.kill()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """One of this test alone."""
    skip_without_redis()
    with running_redis(tmp_path) as server:
        yield server


def skip_without_redis() -> None:
    """Skip a test where none is installed; under CI that is a failure."""
    if program() is None:
        if os.environ.get("CI"):
            pytest.fail("Redis is needed under CI=true: apt install redis-server")
        pytest.skip("Redis is not installed: apt install redis-server")
