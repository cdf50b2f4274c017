"""What happens around the tests: PostgreSQL begins and ends, each test gets its databases and its group."""

import gc
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.postgres import Cluster, find_binaries

POSTGRES = "CARREL_TEST_POSTGRES"  # where the cluster of this run listens; set by the controlling process
MEMORY, ROOM_BYTES = Path("/dev/shm"), 2 << 30
# What these share is dear: with `--dist loadgroup` one process runs all tests in a folder or file, or with a fixture.
SHARED = {
    "browser": "browser",
    "cache_site": "caches",
    "tests/caches/": "caches",
    "tests/cluster/": "cluster",
    "tests/payments/faults/": "payment faults",
    "tests/newsletter/delivery/test_running.py": "newsroom",
}
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
# What these start takes seconds, and keeps a core busy: no everyday tests.
SLOW = {"s3_server"}
_clusters: list[Cluster] = []


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL for the whole run, before the workers of pytest-xdist begin.

    Compiled code is kept whatever the environment says: every worker and every process that a test
    starts would compile the same files again, for a quarter of a minute each.
    """
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    gc.disable()  # until all tests are collected: none of them is garbage
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))  # a commit waits for no disk
    if hasattr(config, "workerinput") or POSTGRES in os.environ or "not postgres" in config.getoption("-m"):
        return
    if find_binaries() is None:
        if os.environ.get("CI"):
            raise pytest.UsageError("PostgreSQL's programs (initdb, pg_ctl) are needed under CI=true.")
        return
    _clusters.append(Cluster())
    os.environ[POSTGRES] = _clusters[0].start()


def pytest_collection_finish() -> None:
    """Never ask again of thousands of tests whether they are garbage: that took a tenth of the time."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """Stop what was started."""
    for cluster in _clusters:
        cluster.stop()
        os.environ.pop(POSTGRES, None)
    _clusters.clear()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests run on both kinds of database; those that ask for pages on SQLite alone, unless pages move money.

    What no other test asks of PostgreSQL is marked `both_databases`.
    """
    chosen = any("database_url" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize"))
    if "database_url" in metafunc.fixturenames and not chosen:
        marked = metafunc.definition.get_closest_marker("both_databases")
        is_asked = "not postgres" not in metafunc.config.getoption("-m")
        both = marked or "shop" in metafunc.fixturenames or "app" not in metafunc.fixturenames
        metafunc.parametrize("database_url", BOTH if both and is_asked else ["sqlite"], indirect=True)


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name the groups of tests that share something; sweeps begin, so that at the end nobody waits for another's last test."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if not SLOW.isdisjoint(fixtures):
            item.add_marker(pytest.mark.sweep)
        for group in {
            name for what, name in SHARED.items() if item.nodeid.startswith(what) or what in fixtures
        }:
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: item.get_closest_marker("sweep") is None)
