"""One worker leads: whoever holds the lock in PostgreSQL. Another follows when that one has gone."""

import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from carrel.db import Database
from carrel.locks import DatabaseLease
from carrel.services import Services
from tests.cluster.redis_server import RedisServer
from website.broker import MOST_WAITING, Broker
from website.cluster import leader as leader_module
from website.cluster.leader import LEADER_LOCK, Leader, LeaderScheduler
from website.cluster.step_tasks import StepRunner, make_app
from website.worker import Step

ON_POSTGRES = pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
pytestmark = pytest.mark.usefixtures("looked_at_always")


class Lease(DatabaseLease):
    """One that is held or not, as the test says."""

    def __init__(self, held: bool = True) -> None:
        self.held = held

    def is_held(self) -> bool:
        return self.held


@pytest.fixture
def looked_at_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leader_module, "LOOK_SECONDS", 0.0)


@pytest.fixture
def broker(redis_server: RedisServer) -> Broker:
    return Broker(redis_server.url, "https://study.example.org", "a")


def lease(db: Database) -> DatabaseLease:
    return DatabaseLease(db, LEADER_LOCK)


def scheduler(services: Services, broker: Broker, leader: Leader, *names: str) -> LeaderScheduler:
    steps = [Step(name, lambda _: False, 3600.0) for name in names]
    app = make_app(broker, StepRunner(services, steps), steps)
    return LeaderScheduler(app, leader=leader, max_interval=1)


def say_all(beat: LeaderScheduler) -> None:
    for _ in range(20):
        beat.tick()


@ON_POSTGRES
def test_one_leads_and_the_next_takes_over(db: Database, broker: Broker) -> None:
    first, second = lease(db), lease(db)
    leaders = Leader(first, broker), Leader(second, broker)
    assert [leader.look() for leader in leaders] == [True, False]
    assert [leader.look() for leader in leaders] == [True, False]
    first.release()
    assert [leader.look() for leader in reversed(leaders)] == [True, False]
    second.release()


@ON_POSTGRES
def test_who_lost_the_connection_leads_no_more_and_may_try_again(db: Database, broker: Broker) -> None:
    held, other = lease(db), lease(db)
    cut_off, successor = Leader(held, broker), Leader(other, broker)
    assert cut_off.look()
    with db.write() as session:
        ending = (
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = :lock"
        )
        session.execute(text(ending), {"lock": LEADER_LOCK})
    deadline = time.monotonic() + 30
    while not successor.look() and time.monotonic() < deadline:
        pass
    assert (successor.leads, cut_off.look()) == (True, False)  # it finds its connection closed
    assert not cut_off.look()
    other.release()
    assert cut_off.look()
    held.release()


def test_in_a_redis_of_another_cluster_nobody_leads(broker: Broker, redis_server: RedisServer) -> None:
    Broker(redis_server.url, "https://other.example.org", "b").claim()
    assert not Leader(Lease(), broker).look()


@ON_SQLITE
def test_all_is_due_when_somebody_begins_to_lead_and_nothing_is_said_while_another_does(
    services: Services, broker: Broker
) -> None:
    first, second = Lease(), Lease(held=False)
    beats = [
        scheduler(services, broker, Leader(lease, broker), "mail", "refunds") for lease in (first, second)
    ]
    for beat in beats:
        say_all(beat)
    assert broker.waiting() == {"urgent": 1, "payments": 1, "bulk": 0, "upkeep": 0}
    first.held, second.held = False, True
    for beat in beats:
        say_all(beat)
    assert broker.waiting() == {"urgent": 2, "payments": 2, "bulk": 0, "upkeep": 0}


@ON_SQLITE
def test_while_nobody_takes_messages_none_are_added(
    services: Services, broker: Broker, redis_server: RedisServer
) -> None:
    beat = scheduler(services, broker, Leader(Lease(), broker), "mail", "refunds")
    redis_server.client.lpush(f"{broker.prefix}urgent", *["x"] * MOST_WAITING)
    say_all(beat)
    assert broker.waiting() == {"urgent": MOST_WAITING, "payments": 1, "bulk": 0, "upkeep": 0}


@ON_SQLITE
def test_a_redis_that_goes_or_is_full_in_the_middle_ends_no_beat(
    services: Services, broker: Broker, redis_server: RedisServer
) -> None:
    beat = scheduler(services, broker, Leader(Lease(), broker), "mail")
    redis_server.kill()
    say_all(beat)
    redis_server.start("--maxmemory", "1")
    say_all(beat)
    redis_server.client.config_set("maxmemory", "0")
    say_all(beat)
    assert broker.waiting()["urgent"] == 1


@ON_SQLITE
def test_a_database_that_is_away_ends_no_beat(services: Services, broker: Broker) -> None:
    class Away(Lease):
        def is_held(self) -> bool:
            if self.held:
                return True
            raise OperationalError("SELECT 1", {}, Exception("gone"))

    lease = Away(held=False)
    beat = scheduler(services, broker, Leader(lease, broker), "mail")
    say_all(beat)
    assert broker.waiting()["urgent"] == 0
    lease.held = True
    say_all(beat)
    assert broker.waiting()["urgent"] == 1


@ON_SQLITE
def test_each_step_is_said_at_its_own_interval(services: Services, broker: Broker) -> None:
    beat: Any = scheduler(services, broker, Leader(Lease(), broker), "mail")
    assert beat.schedule["mail"].schedule.run_every == timedelta(hours=1)
