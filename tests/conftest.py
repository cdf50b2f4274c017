"""Databases of both kinds, the app, and the cast."""

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from carrel.db import Database
from carrel.http.services import Services, make_services
from carrel.settings import Settings, load
from tests.support.apart import log_apart
from tests.support.chromium import browser  # noqa: F401 - a fixture for all
from tests.support.kept import close_all, keep_connections_to, keep_statements_and_connections
from tests.support.lanes import Lanes
from tests.support.mail import services_mailing_to
from tests.support.postgres import Cluster, find_binaries
from tests.support.quick import make_apps_quickly
from tests.support.smtp import FakeMailServer
from tests.support.test_database import TestDatabase, empty, leave
from website.app import create_app
from website.migrations import migrate

POSTGRES = "CARREL_TEST_POSTGRES"  # where the cluster of this run listens; set by the controlling process
KEY = "a-key-for-tests-only-of-32-bytes-or-more"
BASE_URL = "https://carrel.test"
_clusters: list[Cluster] = []
make_apps_quickly()
keep_statements_and_connections()
log_apart()


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL for the whole run, before the workers of pytest-xdist begin.

    Compiled code is kept whatever the environment says: every worker and every process that a test
    starts would compile the same files again, for a quarter of a minute each.
    """
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if hasattr(config, "workerinput") or POSTGRES in os.environ:
        return
    if find_binaries() is None:
        if os.environ.get("CI"):
            raise pytest.UsageError("PostgreSQL's programs (initdb, pg_ctl) are needed under CI=true.")
        return
    _clusters.append(Cluster())
    os.environ[POSTGRES] = _clusters[0].start()


def pytest_collection_finish() -> None:
    """What is there now stays: looking through thousands of tests for garbage again and again takes long."""
    gc.collect()
    gc.freeze()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Lanes | None:
    """With `--dist loadfile`, tests that share a running site stay together."""
    return Lanes(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started."""
    leave()
    close_all()
    for cluster in _clusters:
        cluster.stop()
        os.environ.pop(POSTGRES, None)
    _clusters.clear()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "carrel.db"
    db = Database(f"sqlite:///{path}")
    migrate(db)
    db.close()
    return path


@pytest.fixture(scope="session")
def postgres_database() -> str:
    """A migrated PostgreSQL database of this worker, emptied after each test."""
    url = TestDatabase(os.environ[POSTGRES]).create()
    keep_connections_to(url)
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh migrated database: every test that uses it runs on both kinds.

    A test that changes the schema is marked `own_database`.
    """
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "carrel.db")
        yield f"sqlite:///{tmp_path}/carrel.db"
        return
    if POSTGRES not in os.environ:
        pytest.skip("PostgreSQL's programs are not installed")
    if request.node.get_closest_marker("own_database"):
        yield TestDatabase(os.environ[POSTGRES]).create()
        return
    url = request.getfixturevalue("postgres_database")
    yield url
    empty(url)


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """The database itself."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings as an operator in production would have them."""
    return load(
        {},
        home=tmp_path,
        base_url=BASE_URL,
        secret_keys=(KEY,),
        database_url=database_url,
        site_name="Carrel",
        mail_from="Carrel <desk@carrel.test>",
        contact_email="help@carrel.test",
        alarm_email="alarm@carrel.test",
        postal_address="Carrel, 1 Quiet Street, Springfield",
        stripe_secret_key="sk_test_carrel",
        stripe_webhook_secret=("whsec_carrel",),
    )


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    """What views and workers share."""
    made = make_services(settings)
    yield made
    made.db.close()


@pytest.fixture
def mail_server() -> Iterator[FakeMailServer]:
    """A mail server that accepts everything until told otherwise."""
    with FakeMailServer().running() as fake:
        yield fake


@pytest.fixture
def post(settings: Settings, mail_server: FakeMailServer) -> Iterator[Services]:
    """Services whose mail goes there."""
    made = services_mailing_to(settings, mail_server)
    yield made
    made.db.close()


@pytest.fixture
def app(services: Services) -> Flask:
    """The site."""
    app = create_app(services)
    app.test_client_class = OurClient
    return app


class OurClient(FlaskClient):
    """A browser on our own site: it asks the canonical host, and says where its forms come from."""

    def open(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        """Send a request."""
        kwargs.setdefault("base_url", BASE_URL)
        headers = dict(kwargs.pop("headers", None) or {})  # type: ignore[call-overload]
        headers.setdefault("Origin", BASE_URL)
        return super().open(*args, headers=headers, **kwargs)  # type: ignore[arg-type]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without cookies."""
    return app.test_client()
