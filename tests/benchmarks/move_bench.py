"""How long a database of a gigabyte takes to move from SQLite to PostgreSQL, and back (the goal: 5 minutes each)."""

import os
import tempfile
import time
from pathlib import Path

from carrel.services import make_services
from carrel.settings import Settings, load
from newsletter.issues import freezing
from tests.benchmarks import newsletter_bench, restore_bench
from tests.benchmarks.rounds import Goal, Report
from tests.support.databases import create_postgres
from tests.support.postgres import Cluster, find_binaries
from website.migrations import migrate
from website.move_database import Moved, move_database

SUBSCRIBERS = int(os.environ.get("SUBSCRIBERS", "500000"))  # small rows: seven for each, with six articles
GOAL = Goal(5 * 60, False)


def main(report: Report) -> None:
    """Half of it long texts, the other half millions of short rows."""
    if not find_binaries():
        print("PostgreSQL is not installed: nothing to move to.")
        return
    with tempfile.TemporaryDirectory(prefix="carrel-bench-") as name:
        folder = Path(name)
        cluster = Cluster()
        postgres = create_postgres(cluster.start("-c max_connections=50"))
        try:
            file, back = folder / "carrel.db", folder / "back.db"
            here = _settings(folder, f"sqlite:///{file}")
            _fill(here)
            print(
                f"A database of {file.stat().st_size / 1e9:.2f} GB, load {os.getloadavg()[0]:.1f}", flush=True
            )
            _measure(report, "SQLite to PostgreSQL", here, postgres)
            _measure(report, "PostgreSQL to SQLite", _settings(folder, postgres), f"sqlite:///{back}")
        finally:
            cluster.stop()


def _settings(folder: Path, url: str) -> Settings:
    keys = ("benchmark-key-of-32-bytes-or-more",)
    return load({}, config=folder / "none", home=folder, secret_keys=keys, database_url=url)


def _fill(settings: Settings) -> None:
    services = make_services(settings)
    migrate(services.db)
    try:
        restore_bench.fill_rows(services.db)
        newsletter_bench.draft(services, SUBSCRIBERS)
        while freezing.run_step(services):
            pass
    finally:
        services.db.close()


def _measure(report: Report, name: str, settings: Settings, url: str) -> None:
    began = time.monotonic()
    moved: Moved = move_database(settings, url)
    seconds = time.monotonic() - began
    print(f"  {name}: {moved.rows:,} rows of {moved.tables} tables", flush=True)
    report.add(f"{name}, a gigabyte", [seconds], "s", GOAL)
