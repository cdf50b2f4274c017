"""How fast an issue is frozen and handed over, on both databases.

python -m tests.benchmarks newsletter
"""

import os
import resource
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from carrel.services import Services, make_services
from carrel.settings import load
from newsletter.delivery.send_step import DigestSender
from newsletter.issues import composition, due, freezing
from newsletter.issues.models import Delivery, DeliveryState, Issue, MailVariant
from newsletter.subscribers.models import Frequency
from tests.benchmarks.rounds import Report
from tests.support.articles import put_article
from tests.support.databases import create_postgres
from tests.support.digests import add_subscribers, drain, start_schedule
from tests.support.postgres import Cluster, find_binaries
from tests.support.sink import sink
from website.migrations import migrate

SUBSCRIBERS = (1_000, 10_000, 100_000)
ARTICLES = 6  # that an issue brings to each; fewer would be mails of their own
MAILS = 5_000
MAIL_BYTES = 30_000
CONNECTIONS = 4
ROUNDS = 5


def main(report: Report, most: int = max(SUBSCRIBERS), mails: int = MAILS) -> None:
    """Measure everything that is installed and print it."""
    with _folder() as folder:
        for name, url in _databases(folder):
            print(f"{name}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
            for subscribers in (count for count in SUBSCRIBERS if count <= most):
                _measure_freezing(folder, url(), subscribers)
            if shutil.which("smtp-sink"):
                with _smtp_sink() as port:
                    _compare(folder, url, port, mails)
            else:
                print("  smtp-sink: not installed")
                with sink(folder / f"{name}.log") as port:
                    _measure_sending(folder, url(), port, mails, "our own sink")


def _compare(folder: Path, url: Callable[[], str], port: int, mails: int) -> None:
    """In turns with postfix's smtp-source, because the machine is never the same for long."""
    rates = [
        (_measure_sending(folder, url(), port, mails, "postfix's smtp-sink"), _smtp_source(port, mails))
        for _ in range(ROUNDS)
    ]
    ours, theirs = (median(rate) for rate in zip(*rates, strict=True))
    share = median(carrel / source for carrel, source in rates)
    print(
        f"  medians of {ROUNDS} rounds: {ours:,.0f}/s, smtp-source {theirs:,.0f}/s; {share:.0%} of it",
        flush=True,
    )


def _databases(folder: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    """A name, and what makes the address of an empty database."""
    numbers = count()
    yield "SQLite", lambda: f"sqlite:///{folder}/{next(numbers)}.db"
    if find_binaries():
        cluster = Cluster()
        address = cluster.start("-c max_connections=50")
        try:
            yield "PostgreSQL", lambda: create_postgres(address)
        finally:
            cluster.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="carrel-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _site(folder: Path, url: str, smtp_port: int = 9) -> Iterator[Services]:
    values: dict[str, Any] = {
        "home": Path(tempfile.mkdtemp(dir=folder)),
        "base_url": "https://carrel.test",
        "secret_keys": ("a-key-for-figures-only-of-32-bytes-or-more",),
        "database_url": url,
        "mail_from": "Carrel <desk@carrel.test>",
        "postal_address": "Carrel, 1 Quiet Street, Springfield",
        "smtp_url": f"smtp://127.0.0.1:{smtp_port}",
        "digest_connections": CONNECTIONS,
    }
    services = make_services(load({}, **values))
    migrate(services.db)
    try:
        yield services
    finally:
        services.db.close()


def draft(services: Services, subscribers: int, text: str = "New.") -> None:
    """An issue that is due to all."""
    with services.db.write() as session:
        add_subscribers(session, subscribers, frequency=Frequency.EACH)
    start_schedule(services)
    with services.db.write() as session:
        for number in range(ARTICLES):
            put_article(session, f"new-{number}")
    due.run_step(services)


def _measure_freezing(folder: Path, url: str, subscribers: int) -> None:
    with _site(folder, url) as services:
        draft(services, subscribers)
        before, began, busy = _megabytes(), time.perf_counter(), time.process_time()
        while freezing.run_step(services):
            pass
        seconds, used = time.perf_counter() - began, time.process_time() - busy
        with services.db.read() as session:
            recipients = session.scalars(select(Issue.recipients)).one()
    assert recipients == subscribers, recipients
    print(
        f"  {subscribers:>7,} subscribers with {ARTICLES} articles each frozen in {seconds:.2f} s: {seconds / subscribers * 1e6:.0f} µs each"
        f" ({used / subscribers * 1e6:.0f} µs of our processor), memory grew by {_megabytes() - before:.0f} MB",
        flush=True,
    )


def _measure_sending(folder: Path, url: str, port: int, mails: int, where: str) -> float:
    with _site(folder, url, port) as services:
        draft(services, mails)
        while freezing.run_step(services) or composition.run_step(services):
            pass
        with services.db.write() as session:
            session.execute(update(MailVariant).values(html=MailVariant.html + _padding(session)))
        sender = DigestSender()
        began, busy = time.perf_counter(), time.process_time()
        drain(sender, services)
        seconds, used = time.perf_counter() - began, time.process_time() - busy
        sender.close()
        with services.db.read() as session:
            sent = session.scalars(select(func.count()).where(Delivery.state == DeliveryState.SENT)).one()
    assert sent == mails, sent
    print(
        f"  {mails:,} mails of {MAIL_BYTES // 1000} kB to {where} over {CONNECTIONS} connections:"
        f" {mails / seconds:,.0f}/s ({used / mails * 1e3:.2f} ms of our processor each)",
        flush=True,
    )
    return mails / seconds


def _padding(session: Session) -> str:
    """What is missing to the size of a whole article."""
    text, html = session.execute(select(MailVariant.text, MailVariant.html)).one()
    line = f"<!-- {'x' * 60} -->\n"
    return line * max(0, (MAIL_BYTES - len(text or "") - len(html or "")) // len(line))


@contextmanager
def _smtp_sink() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with subprocess.Popen(["smtp-sink", *user, f"127.0.0.1:{port}", "100"]) as process:
        time.sleep(1)
        try:
            yield port
        finally:
            process.kill()


def _smtp_source(port: int, mails: int) -> float:
    """The same number of mails of the same size over as many connections, by postfix's own program."""
    began = time.perf_counter()
    options = ["-s", str(CONNECTIONS), "-l", str(MAIL_BYTES), "-m", str(mails), "-d"]
    subprocess.run(["smtp-source", *options, "-t", "a@example.org", f"127.0.0.1:{port}"], check=True)
    return mails / (time.perf_counter() - began)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
