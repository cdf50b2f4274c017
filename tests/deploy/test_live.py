"""What we ship is really started: the units' command lines, the environment file, nginx; and replaced under load."""

import itertools
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from carrel.services import open_database
from carrel.settings import load, read_env_file, require_production
from tests.caches import nginx as nginxes
from tests.caches.wire import NAME
from tests.deploy import units
from tests.deploy.readers import Readers
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


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    """As /etc/carrel/carrel.env, over a migrated home."""
    path = units.env_file(tmp_path / "carrel.env", tmp_path / "home", **FILLED_IN)
    db = open_database(require_production(load(read_env_file(path))))
    migrate(db)
    db.close()
    return path


@pytest.fixture
def door() -> Iterator[socket.socket]:
    """carrel-web.socket."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_the_units_start_behind_nginx_and_no_reader_notices_that_they_are_replaced(
    env_file: Path, door: socket.socket, tmp_path: Path
) -> None:
    if nginxes.program() is None:
        if os.environ.get("CI"):
            pytest.fail("nginx is needed under CI=true: apt install nginx")
        pytest.skip("nginx is not installed: apt install nginx")
    web = Service("carrel-web.service", env_file, tmp_path / "web.log", door)
    try:
        with nginxes.nginx(tmp_path, door.getsockname()[1]) as front:
            number = itertools.count()  # a new address every time: the website answers, not nginx's cache
            with Readers(lambda: front.get(f"/?of={next(number)}").status) as readers:
                readers.read_more(10)
                web.process.send_signal(signal.SIGHUP)  # systemctl reload
                readers.read_more(20)
                web.restart(SECONDS)
                readers.read_more(20)
            assert readers.wrong == []
    finally:
        web.stop(SECONDS)


def test_the_workers_unit_starts_works_and_ends(env_file: Path, tmp_path: Path) -> None:
    log, home = tmp_path / "worker.log", tmp_path / "home"
    worker = Service("carrel-worker.service", env_file, log)
    try:
        wait_for(lambda: heartbeat.last(home) is not None, worker.process, log)
    finally:
        assert worker.stop(SECONDS) == 0


def test_a_setting_that_is_missing_ends_it_with_the_status_that_systemd_does_not_try_again(
    env_file: Path, tmp_path: Path
) -> None:
    log = tmp_path / "web.log"
    env_file.write_text(env_file.read_text("utf-8") + "SMTP_URL=\n", "utf-8")
    web = Service("carrel-web.service", env_file, log)
    assert web.process.wait(120) == int(
        units.read("carrel-web.service")["Service"]["RestartPreventExitStatus"]
    )
    assert log.read_text("utf-8").count("\n") == 1
