"""How fast workers hand over an issue together: `carrel worker` alone, one cluster worker, two of them; on PostgreSQL.

Processor time is told for the workers and for PostgreSQL, because on a shared machine the clock mostly measures the others.
SUBSCRIBERS=1000000 also says what a subscriber and a delivery weigh there, and how long freezing takes.
"""

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, select, text

from carrel.services import Services, make_services
from carrel.settings import load
from newsletter.issues import composition, due, freezing
from newsletter.issues.models import Delivery, DeliveryState
from newsletter.subscribers.models import Frequency
from tests.benchmarks.processes import busy
from tests.benchmarks.rounds import Report, interleaved
from tests.cluster.redis_server import RedisServer, program, running_redis
from tests.support.articles import put_article
from tests.support.databases import create_postgres
from tests.support.digests import add_subscribers, start_schedule
from tests.support.postgres import Cluster, find_binaries
from tests.support.sink import sink, taken
from tests.support.worker import kill, start

MAILS = int(os.environ.get("MAILS", "5000"))
SUBSCRIBERS = int(os.environ.get("SUBSCRIBERS", "0"))
CONTESTANTS = {
    "one plain worker": (1, ()),
    "one cluster worker": (1, ("--cluster",)),
    "two cluster workers": (2, ("--cluster",)),
}
AT_ONCE = 50_000
WEIGHED = ("subscriber", "delivery", "delivered_article")


@dataclass(frozen=True)
class Place:
    """Where it is measured."""

    report: Report
    folder: Path
    postgres: str
    postmaster: int
    redis: RedisServer


class Sending(NamedTuple):
    """Mails a second by the clock, and what each cost (ms of a processor)."""

    rate: float
    workers: float
    postgres: float


def main(report: Report) -> None:
    """Measure what is installed."""
    if find_binaries() is None or program() is None:
        report.note("PostgreSQL or Redis is not installed")
        return
    cluster = Cluster()
    address = cluster.start()
    try:
        with tempfile.TemporaryDirectory(prefix="carrel-bench-") as name, running_redis(Path(name)) as redis:
            postmaster = int(Path(cluster.data, "postmaster.pid").read_text().split()[0])
            place = Place(report, Path(name), address, postmaster, redis)
            results = interleaved({who: partial(_send, place, *how) for who, how in CONTESTANTS.items()})
            first = results["one plain worker"]
            for who, values in results.items():
                report.compare(
                    f"mails, {who}",
                    [each.rate for each in values],
                    "a second",
                    "one plain",
                    [each.rate for each in first],
                )
                report.add(f"workers' processor, {who}", [each.workers for each in values], "ms each")
                report.add(f"PostgreSQL's processor, {who}", [each.postgres for each in values], "ms each")
            if SUBSCRIBERS:
                _weigh(report, Path(name), create_postgres(address))
    finally:
        cluster.stop()


def _send(place: Place, workers: int, options: tuple[str, ...]) -> Sending:
    place.redis.client.flushall()
    log = Path(tempfile.mkdtemp(dir=place.folder), "taken")
    with sink(log) as port:
        services = _services(place.folder, create_postgres(place.postgres), port)
        _draft(services, MAILS)
        started = [start(services.settings, *options, REDIS_URL=place.redis.url) for _ in range(workers)]
        try:
            _until(lambda: len(taken(log)) > MAILS // 20)  # all are at work
            arrived, began = len(taken(log)), time.monotonic()
            before = [busy(process.pid) for process in started], busy(place.postmaster)
            _until(lambda: len(taken(log)) >= MAILS)
            seconds, count = time.monotonic() - began, MAILS - arrived
            used = sum(busy(process.pid) for process in started) - sum(before[0])
            of_postgres = busy(place.postmaster) - before[1]
        finally:
            for process in started:
                kill(process)
        with services.db.read() as session:
            sent = session.scalar(select(func.count()).where(Delivery.state != DeliveryState.QUEUED))
        assert sent == MAILS
        assert len(taken(log)) == len(set(taken(log)))
        services.db.close()
    place.report.note(
        f"{workers} {' '.join(options)}: {count / seconds:,.0f}/s, load {os.getloadavg()[0]:.1f}"
    )
    return Sending(count / seconds, used / count * 1000, of_postgres / count * 1000)


def _weigh(report: Report, folder: Path, url: str) -> None:
    services = _services(folder, url, 9)
    began = time.monotonic()
    for first in range(0, SUBSCRIBERS, AT_ONCE):
        with services.db.write() as session:
            add_subscribers(session, min(AT_ONCE, SUBSCRIBERS - first), frequency=Frequency.EACH, start=first)
    report.add(f"{SUBSCRIBERS:,} subscribers written", [time.monotonic() - began], "s")
    began = time.monotonic()
    _draft(services, 0)
    report.add(f"an issue to {SUBSCRIBERS:,} frozen and composed", [time.monotonic() - began], "s")
    with services.db.read() as session:
        for table in WEIGHED:
            size = session.scalar(text(f"SELECT pg_total_relation_size('{table}')")) or 0
            report.add(f"a row of {table}, with its indexes", [size / SUBSCRIBERS], "bytes")
    services.db.close()


def _draft(services: Services, subscribers: int) -> None:
    """An issue of one article that goes out to all; what is composed is small, as handing over is measured."""
    with services.db.write() as session:
        add_subscribers(session, subscribers, frequency=Frequency.EACH)
    start_schedule(services)
    with services.db.write() as session:
        put_article(session, "new")
    due.run_step(services)
    while freezing.run_step(services) or composition.run_step(services):
        pass


def _services(folder: Path, url: str, port: int) -> Services:
    values: dict[str, Any] = {
        "home": Path(tempfile.mkdtemp(dir=folder)),
        "base_url": "https://carrel.test",
        "secret_keys": ("a-key-for-figures-only-of-32-bytes-or-more",),
        "database_url": url,
        "mail_from": "Carrel <desk@carrel.test>",
        "contact_email": "help@carrel.test",
        "postal_address": "Carrel, 1 Quiet Street, Springfield",
        "smtp_url": f"smtp://127.0.0.1:{port}",
    }
    return make_services(load({}, **values))


def _until(holds: Callable[[], bool]) -> None:
    while not holds():
        time.sleep(0.1)
