"""The Redis of a cluster: whose it is, who works, what waits; and what is wrong with it, in one sentence."""

from collections.abc import Callable

import pytest
from redis.exceptions import RedisError
from sqlalchemy import text

from carrel.db import Database
from carrel.settings import Settings
from tests.cluster.redis_server import RedisServer
from tests.support.served import free_port
from website import broker as broker_module
from website.broker import MARKER, QUEUES, Broker, BrokerError

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
HERE, OTHER = "https://study.example.org", "https://other.example.org"


def broker(server: RedisServer, cluster_id: str = "a", base_url: str = HERE) -> Broker:
    return Broker(server.url, base_url, cluster_id)


def sentence(act: Callable[[], object]) -> str:
    with pytest.raises(BrokerError) as caught:
        act()
    said = str(caught.value)
    assert "\n" not in said
    assert said.endswith((".", "?"))
    return said


def test_a_redis_serves_one_cluster_until_that_has_gone_for_a_minute(redis_server: RedisServer) -> None:
    broker(redis_server).claim()
    said = sentence(broker(redis_server, "b", OTHER).claim)
    assert f"is used by another cluster, that of {HERE}:" in said
    broker(redis_server).claim()  # it stays ours
    assert 0 < redis_server.client.ttl(MARKER) <= 60
    redis_server.client.expire(MARKER, 5)
    broker(redis_server).claim()
    assert redis_server.client.ttl(MARKER) > 5
    redis_server.client.delete(MARKER)  # as if the minute were over
    broker(redis_server, "b", OTHER).claim()
    assert "is used by another cluster" in sentence(broker(redis_server).claim)


def test_a_copy_of_the_site_under_the_same_address_is_another_cluster(redis_server: RedisServer) -> None:
    broker(redis_server, "a").claim()
    assert f"that of {HERE}:" in sentence(broker(redis_server, "copy").claim)


def test_every_key_but_the_marker_has_the_clusters_prefix(redis_server: RedisServer) -> None:
    ours = broker(redis_server)
    ours.claim()
    ours.see("web-1:7")
    keys = {str(key) for key in redis_server.client.scan_iter()}
    assert {key for key in keys if not key.startswith(ours.prefix)} == {MARKER}
    assert len(keys) == 2


def test_it_tells_who_was_seen_and_what_waits(redis_server: RedisServer) -> None:
    ours, theirs = broker(redis_server), broker(redis_server, "b")
    for name in ("web-2:9", "web-1:7"):
        ours.see(name)
    theirs.see("elsewhere:1")
    redis_server.client.lpush(f"{ours.prefix}bulk", "x", "y")
    redis_server.client.lpush(f"{theirs.prefix}bulk", "x")
    assert ours.workers() == ["web-1:7", "web-2:9"]
    assert ours.waiting() == dict.fromkeys(QUEUES, 0) | {"bulk": 2}
    assert 0 < redis_server.client.ttl(f"{ours.prefix}worker:web-1:7") <= 30


def test_a_redis_that_is_full_is_one_sentence(redis_server: RedisServer) -> None:
    broker(redis_server).claim()
    redis_server.client.config_set("maxmemory", "1")
    assert "is full" in sentence(broker(redis_server).claim)
    assert "is full" in sentence(lambda: broker(redis_server).see("web-1:7"))
    redis_server.client.config_set("maxmemory", "0")
    broker(redis_server).claim()


def test_a_redis_without_room_for_messages_is_full_unless_it_makes_room(redis_server: RedisServer) -> None:
    used = int(redis_server.client.info("memory")["used_memory"])
    redis_server.client.config_set("maxmemory", str(used + 500_000))
    assert "is full" in sentence(broker(redis_server).claim)
    redis_server.client.config_set("maxmemory-policy", "allkeys-lru")
    broker(redis_server).claim()
    redis_server.client.config_set("maxmemory-policy", "noeviction")
    redis_server.client.config_set("maxmemory", str(used + 5_000_000))
    broker(redis_server).claim()


def test_a_redis_that_does_not_tell_its_memory_is_used(redis_server: RedisServer) -> None:
    redis_server.client.execute_command("ACL SETUSER", "default", "-info")  # type: ignore[no-untyped-call]
    broker(redis_server).claim()


def test_a_redis_that_is_away_is_one_sentence_without_the_password() -> None:
    port = free_port()
    said = sentence(Broker(f"redis://:hush@127.0.0.1:{port}/0", HERE, "a").claim)
    assert said.startswith(f"Redis cannot be reached at 127.0.0.1:{port}:")
    assert "hush" not in said


def test_a_redis_that_started_anew_is_used_again_at_once(redis_server: RedisServer) -> None:
    ours = broker(redis_server)
    ours.claim()
    redis_server.kill()
    assert "cannot be reached" in sentence(ours.claim)
    redis_server.start()
    ours.claim()


@pytest.mark.sweep
def test_a_wrong_password_is_one_sentence(redis_server: RedisServer) -> None:
    redis_server.client.config_set("requirepass", "right")
    with pytest.raises(RedisError):
        redis_server.client.connection_pool.disconnect()
        redis_server.client.ping()
    wrong = redis_server.url.replace("://", "://:wrong@")
    assert "refuses the user or password" in sentence(Broker(wrong, HERE, "a").claim)
    assert "refuses the user or password" in sentence(broker(redis_server).claim)


@pytest.mark.parametrize(
    "url", ["", "localhost:6379", "http://127.0.0.1:6379", "redis://", "redis://host:port/0"]
)
def test_an_address_that_cannot_be_is_one_sentence(url: str) -> None:
    assert sentence(lambda: Broker(url, HERE, "a")).startswith("REDIS_URL ")


@ON_SQLITE
def test_sqlite_is_refused_with_the_way_out(settings: Settings, db: Database) -> None:
    assert "carrel move-database" in sentence(lambda: Broker.of(settings, db))


@ON_POSTGRES
def test_a_postgres_that_is_too_old_is_one_sentence(
    settings: Settings, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "FIRST_POSTGRES", 99)
    assert "is too old for a cluster: 99 or later" in sentence(lambda: Broker.of(settings, db))


@ON_POSTGRES
def test_site_address_and_database_make_the_cluster(settings: Settings, db: Database) -> None:
    def prefix(**more: str) -> str:
        changed = settings.model_copy(update={"redis_url": "redis://127.0.0.1/0", **more})
        return Broker.of(changed, db).prefix

    assert prefix() == prefix()
    assert prefix() != prefix(base_url=OTHER)
    with db.write() as session:
        session.execute(text("UPDATE site_secret SET value = 'another' WHERE name = 'site'"))
    assert prefix() != Broker("redis://127.0.0.1/0", HERE, "a").prefix
