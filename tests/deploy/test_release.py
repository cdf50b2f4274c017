"""Releases lie side by side: an upgrade or a rollback changes nothing under running processes, and no reader notices."""

import importlib.util
import itertools
import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.deploy import releases
from tests.deploy.readers import Readers
from tests.deploy.releases import CONTRACTING, LATER, Server
from tests.deploy.units import ROOT, Service
from tests.support.served import wait_for
from website.migrations import HEAD

pytestmark = pytest.mark.faults
SECONDS = 35.0
SETTINGS = {
    "CARREL_BASE_URL": "https://carrel.test",
    "CARREL_PROXIES": "1",
    "CARREL_SECRET_KEYS": "kMv2c9TqLx7RzNw4YbHs8PdJf3GaUe6W",
    "SMTP_URL": "smtp://127.0.0.1:9",
    "MAIL_FROM": "desk@carrel.test",
    "CONTACT_EMAIL": "help@carrel.test",
}
PAGES = (
    "/",
    "/?of={}",
    "/subscribe/",
    "/sign-in/",
    "/feed.xml",
    "/sitemap.xml",
    "/account/",
    "/healthz",
)
OUT_OF_SIGHT = 'case "$1" in is-active) exit 3;; esac'  # systemd runs no website: the test restarts it


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """A server on which v1 serves."""
    home = tmp_path / "home"
    server = releases.make(tmp_path, SETTINGS | {"CARREL_HOME": str(home)})
    server.systemctl(OUT_OF_SIGHT)
    done(server, "install", "v1")
    return server


def done(server: Server, *words: str) -> str:
    """Run deploy/release.py to its good end; what it said."""
    ended = server.release(*words)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture
def address(server: Server, tmp_path: Path) -> Iterator[tuple[str, Service]]:
    """The website, by its unit's own command line on systemd's socket."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        carrel = str(server.root / "current/.venv/bin/carrel")
        web = Service("carrel-web.service", server.env_file, tmp_path / "web.log", door, [carrel])
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        try:
            wait_for(lambda: get(url, "/healthz").ok, web.process, tmp_path / "web.log")
            yield url, web
        finally:
            web.stop(SECONDS)


def get(url: str, path: str) -> requests.Response:
    """One request on a connection of its own, as nginx passes it on."""
    return requests.get(url + path, headers={"Host": "carrel.test", "X-Forwarded-Proto": "https"}, timeout=60)


def sheet(url: str) -> str:
    """The path of the style sheet."""
    found = re.search(r'"(/static/css/site\.[0-9a-f]{12}\.css)"', get(url, "/").text)
    assert found
    return found[1]


def test_everything_changes_in_an_upgrade_and_a_rollback_and_no_request_fails(
    server: Server, address: tuple[str, Service]
) -> None:
    url, web = address
    old_sheet = sheet(url)
    asked = [*PAGES, old_sheet]
    releases.change_everything(server)
    numbers = itertools.count()

    def ask() -> int:
        number = next(numbers)
        return get(url, asked[number % len(asked)].format(number)).status_code

    with Readers(ask, count=4) as readers:
        readers.read_more(20)
        assert "now up to date" in done(server, "install", "v2")
        readers.read_more(20)
        web.process.send_signal(signal.SIGHUP)  # systemctl reload: fresh processes of the same release
        readers.read_more(40)
        assert sheet(url) == old_sheet
        web.restart(SECONDS)
        readers.read_more(40)
        assert sheet(url) != old_sheet
        assert "the later release" in get(url, sheet(url)).text
        done(server, "rollback")
        readers.read_more(10)
        web.restart(SECONDS)
        readers.read_more(20)
        assert sheet(url) == old_sheet
    assert readers.wrong == []
    assert server.current() == "v1"


def test_a_release_that_does_not_start_gives_way_to_the_one_before(server: Server) -> None:
    releases.change_everything(server)
    server.systemctl(f'case "$1" in restart) readlink {server.root}/current | grep -q v1;; esac')
    ended = server.release("install", "v2")
    assert ended.returncode == 1
    assert "v2 did not start" in ended.stderr
    assert server.current() == "v1"


def test_a_rollback_over_what_the_older_release_still_uses_is_refused(server: Server) -> None:
    releases.add_migration(server, LATER, HEAD)
    server.tag("v2")
    releases.add_migration(server, CONTRACTING, LATER, contracts=LATER)
    server.tag("v3")
    done(server, "install", "v3")
    ended = server.release("rollback")
    assert ended.returncode == 1
    assert "made by a later release" in ended.stderr
    assert "nothing was switched" in ended.stderr
    assert server.current() == "v3"
    done(server, "install", "v2")  # it made the expansion that v3 ends


def test_what_is_not_there_is_refused_and_leaves_nothing(server: Server) -> None:
    ended = server.release("rollback")
    assert (ended.returncode, ended.stderr) == (1, "There is no previous release.\n")
    assert server.release("install", "v9").returncode == 1
    assert [path.name for path in (server.root / "releases").iterdir()] == ["v1"]


def test_three_releases_stay_and_the_two_that_are_linked(tmp_path: Path) -> None:
    module = importlib.util.spec_from_file_location("release", ROOT / "deploy" / "release.py")
    assert module
    assert module.loader
    release = importlib.util.module_from_spec(module)
    module.loader.exec_module(release)
    for age, name in enumerate(("v6", "v5", "v4", "v3", "v2", "v1")):
        (tmp_path / "releases" / name).mkdir(parents=True)
        os.utime(tmp_path / "releases" / name, (1_700_000_000 - age, 1_700_000_000 - age))
    for link, name in (("current", "v3"), ("previous", "v1")):
        (tmp_path / link).symlink_to(tmp_path / "releases" / name)
    release.Releases(str(tmp_path), "carrel.env", "carrel").prune()
    assert sorted(path.name for path in (tmp_path / "releases").iterdir()) == ["v1", "v3", "v4", "v5", "v6"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("REDIS_URL=redis://10.0.0.5/0", "cluster"),
        ("REDIS_URL_FILE=/run/secrets/redis", "cluster"),
        ("REDIS_URL=", "run"),
        ("#REDIS_URL=redis://10.0.0.5/0", "run"),
        ("SITE_NAME=REDIS_URL=x", "run"),
    ],
)
def test_a_machine_of_a_cluster_gets_its_packages(tmp_path: Path, line: str, kind: str) -> None:
    (tmp_path / "carrel.env").write_text(f"CARREL_PROXIES=1\n{line}\n")
    module = importlib.util.spec_from_file_location("release", ROOT / "deploy" / "release.py")
    assert module
    assert module.loader
    release = importlib.util.module_from_spec(module)
    module.loader.exec_module(release)
    assert release.Releases(str(tmp_path), str(tmp_path / "carrel.env"), "carrel").kind() == kind
    assert release.Releases(str(tmp_path), "nowhere", "carrel").kind() == "run"
