"""What we ship is really started: the units' command lines, the environment file, nginx; and replaced under load."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from carrel.http.services import open_database
from carrel.settings import load, require_production
from tests.caches import nginx as nginxes
from tests.caches.wire import NAME, Front
from tests.deploy import units
from tests.deploy.units import Service
from tests.support.served import wait_for
from website.doctor import heartbeat
from website.migrations import migrate

pytestmark = pytest.mark.faults
SECONDS = 35.0  # as the units give
FILLED_IN = {
    "CARREL_BASE_URL": f"https://{NAME}",
    "CARREL_SECRET_KEYS": "kMv2c9TqLx7RzNw4YbHs8PdJf3GaUe6W",
    "SMTP_URL": "smtp://127.0.0.1:9",
    "MAIL_FROM": "Study desk <desk@carrel.test>",
    "CONTACT_EMAIL": "help@carrel.test",
}


@dataclass
class Readers:
    """They read on and on, on connections of their own, and note every answer that is no page."""

    front: Front
    served: int = 0
    wrong: list[object] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Readers":
        self._threads = [threading.Thread(target=self._read, args=(number,)) for number in range(3)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(120)

    def read_more(self, count: int) -> None:
        """Return when so many more pages were read."""
        wanted, give_up = self.served + count, time.monotonic() + 120
        while self.served < wanted and not self.wrong:
            assert time.monotonic() < give_up
            time.sleep(0.02)

    def _read(self, number: int) -> None:
        count = 0
        while not self._over.is_set():
            count += 1
            try:  # a new address every time: the answer comes from the website, not from nginx's cache
                status = self.front.get(f"/search?q={number}-{count}").status
            except Exception as failure:
                status = failure  # type: ignore[assignment]
            if status == 200:
                self.served += 1
            else:
                self.wrong.append(status)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """As /etc/carrel/carrel.env would give it, over a migrated home."""
    made = units.environ(tmp_path / "home", **FILLED_IN)
    settings = require_production(load(made))
    db = open_database(settings)
    migrate(db)
    db.close()
    return made


@pytest.fixture
def door() -> Iterator[socket.socket]:
    """carrel-web.socket."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_the_units_start_behind_nginx_and_no_reader_notices_that_they_are_replaced(
    environ: dict[str, str], door: socket.socket, tmp_path: Path
) -> None:
    if nginxes.program() is None:
        if os.environ.get("CI"):
            pytest.fail("nginx is needed under CI=true: apt install nginx")
        pytest.skip("nginx is not installed: apt install nginx")
    web = Service("carrel-web.service", environ, tmp_path / "web.log", door)
    try:
        with nginxes.nginx(tmp_path, door.getsockname()[1]) as front, Readers(front) as readers:
            readers.read_more(10)
            web.process.send_signal(signal.SIGHUP)  # systemctl reload
            readers.read_more(20)
            web.restart(SECONDS)
            readers.read_more(20)
            assert readers.wrong == []
    finally:
        web.stop(SECONDS)


def test_the_workers_unit_starts_works_and_ends(environ: dict[str, str], tmp_path: Path) -> None:
    log, home = tmp_path / "worker.log", Path(environ["CARREL_HOME"])
    worker = Service("carrel-worker.service", environ, log)
    try:
        wait_for(lambda: heartbeat.last(home) is not None, worker.process, log)
    finally:
        assert worker.stop(SECONDS) == 0


def test_a_setting_that_is_missing_ends_it_with_the_status_that_systemd_does_not_try_again(
    environ: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "web.log"
    web = Service("carrel-web.service", environ | {"SMTP_URL": ""}, log)
    assert web.process.wait(120) == int(
        units.read("carrel-web.service")["Service"]["RestartPreventExitStatus"]
    )
    assert log.read_text("utf-8").count("\n") == 1
