"""`carrel doctor` says what a cluster would bring, who works, what waits, and why nobody works."""

import pytest

from carrel import clock
from carrel.db import Database
from carrel.findings import Finding, Level
from carrel.settings import Settings
from tests.cluster.redis_server import RedisServer
from website.broker import MOST_WAITING, Broker
from website.doctor.check_context import CheckContext
from website.doctor.cluster_checks import cluster

ON_POSTGRES = pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


def looked_at(settings: Settings, db: Database, url: str, *, asks: bool = True) -> Finding:
    finding = cluster(
        CheckContext(settings.model_copy(update={"redis_url": url}), db, clock.now(), ask_outside=asks)
    )
    assert (finding.fix == "") == (finding.level is Level.OK), finding
    return finding


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_redis_it_says_what_that_would_bring_and_on_sqlite_why_it_brings_nothing(
    settings: Settings, db: Database
) -> None:
    assert "workers on several machines share the work" in looked_at(settings, db, "").message
    on_sqlite = looked_at(settings, db, "redis://127.0.0.1/0")
    assert (on_sqlite.level, "carrel move-database" in on_sqlite.fix) == (Level.ERROR, True)
    assert looked_at(settings, db, "redis://127.0.0.1:1/0", asks=False).level is Level.OK


@ON_POSTGRES
def test_it_says_who_works_and_what_waits(
    settings: Settings, db: Database, redis_server: RedisServer
) -> None:
    assert looked_at(settings, db, redis_server.url).message.startswith("no worker was seen")
    broker = Broker.of(settings.model_copy(update={"redis_url": redis_server.url}), db)
    broker.see("web-1:7")
    said = looked_at(settings, db, redis_server.url)
    assert said.level is Level.OK
    assert said.message == "1 at work (web-1:7); waiting: urgent 0, payments 0, bulk 0, upkeep 0"
    redis_server.client.lpush(f"{broker.prefix}bulk", *["x"] * MOST_WAITING)
    slow = looked_at(settings, db, redis_server.url)
    assert (slow.level, "--queue bulk" in slow.fix) == (Level.WARNING, True)


@ON_POSTGRES
def test_a_redis_that_is_away_or_another_clusters_is_an_error(
    settings: Settings, db: Database, redis_server: RedisServer
) -> None:
    Broker(redis_server.url, "https://other.example.org", "b").claim()
    assert "used by another cluster" in looked_at(settings, db, redis_server.url).fix
    redis_server.kill()
    away = looked_at(settings, db, redis_server.url)
    assert (away.level, "cannot be reached" in away.fix) == (Level.ERROR, True)
