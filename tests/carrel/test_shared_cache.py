"""The shared cache is told once after a publication; when that fails nothing is lost."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from sqlalchemy import select

from carrel.db import Database
from carrel.mail.models import Alarm
from carrel.settings import Settings, SettingsError, load
from carrel.shared_cache import purge

SECRET = "Bearer a-secret-of-the-network"


@dataclass
class Cdn:
    """A content network's API: what it was asked, and what it answers."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)


@pytest.fixture
def cdn() -> Iterator[Cdn]:
    """It answers 200 unless told otherwise."""
    network = Cdn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            network.asked.append((self.path, self.headers.get("Authorization", ""), body))
            self.send_response(network.statuses.pop(0) if network.statuses else 200)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    network.url = f"http://127.0.0.1:{server.server_port}/purge"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield network
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def told(settings: Settings, cdn: Cdn) -> Settings:
    """Settings that name it."""
    given = {
        "purge_url": cdn.url,
        "purge_header": f"Authorization: {SECRET}",
        "purge_body": '{"purge_everything":true}',
    }
    return load({}, **settings.model_dump() | given)


def alarms(db: Database) -> list[str]:
    with db.read() as session:
        return list(session.scalars(select(Alarm.text)))


def test_it_is_asked_once_with_the_secret_header(told: Settings, db: Database, cdn: Cdn) -> None:
    assert purge(told, db)
    assert cdn.asked == [("/purge", SECRET, b'{"purge_everything":true}')]
    assert alarms(db) == []


def test_without_the_setting_nobody_is_asked(settings: Settings, db: Database) -> None:
    assert purge(settings, db)


def test_a_second_try_may_do(told: Settings, db: Database, cdn: Cdn) -> None:
    cdn.statuses = [503]
    assert purge(told, db)
    assert alarms(db) == []


@pytest.mark.parametrize("status", [302, 308, 403, 500])
def test_what_does_not_work_is_an_alarm_without_the_secret(
    told: Settings, db: Database, cdn: Cdn, status: int
) -> None:
    cdn.statuses = [status, status]
    assert not purge(told, db)
    (text,) = alarms(db)
    assert f"status {status}" in text
    assert "secret" not in text
    assert len(cdn.asked) == 2, "a redirect is not followed"


def test_a_network_that_is_away_is_an_alarm(settings: Settings, db: Database) -> None:
    away = settings.model_copy(update={"purge_url": "http://127.0.0.1:9/"})
    assert not purge(away, db)
    assert len(alarms(db)) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PURGE_URL", "api.example.net/purge"),
        ("PURGE_URL", "file:///etc"),
        ("PURGE_HEADER", "Bearer"),
        ("PURGE_HEADER", "A: b\r\nC: d"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load({name: value})
