"""Databases of both kinds, the app, and the cast."""

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from carrel.ads import routes as ads
from carrel.db import Database
from carrel.services import EXTENSION, Services, make_services
from carrel.settings import Settings, load
from tests.caches.served_site import cache_site, desk, nginx  # noqa: F401 - fixtures for all
from tests.carrel.s3_server import in_bucket, s3, s3_server  # noqa: F401 - fixtures for all
from tests.cluster.redis_server import redis_server  # noqa: F401 - a fixture for all
from tests.hooks import (  # noqa: F401 - for all tests
    POSTGRES,
    pytest_collection_finish,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_generate_tests,
    pytest_unconfigure,
)
from tests.support.chromium import browser  # noqa: F401 - a fixture for all
from tests.support.databases import PostgresReset, create_postgres, restore_sqlite
from tests.support.mail import services_mailing_to
from tests.support.smtp import FakeMailServer
from website.admin.operators import passwords
from website.app import create_app
from website.migrations import migrate
from website.pages import search, search_limit

KEY = "a-key-for-tests-only-of-32-bytes-or-more"
BASE_URL = "https://carrel.test"
# Settings that no app keeps: they differ from test to test, and an app of one serves another.
ASKED_WITH_EACH_REQUEST = {"home", "content", "database_url", "smtp_url", "stripe_api_base"}


@pytest.fixture(scope="session", autouse=True)
def strong_hashing() -> Iterator[str]:
    """How passwords are hashed in truth; tests that ask nothing about it hash with few rounds."""
    strong = passwords.METHOD
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "METHOD", "scrypt:1024:8:1")
        yield strong


@pytest.fixture(scope="session", autouse=True)
def only_lines_of_the_tests_own_thread() -> Iterator[None]:
    """A site that runs beside the tests logs too, and its lines are not what a test's command says."""

    def write(text: str, **_: object) -> None:
        if threading.current_thread() is threading.main_thread():
            sys.stderr.write(f"{text}\n")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("carrel.logging.print", write, raising=False)
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "carrel.db"
    db = Database(f"sqlite:///{path}")
    migrate(db)
    db.close()
    return path


@pytest.fixture(scope="session")
def postgres_reset() -> PostgresReset:
    """The PostgreSQL database of this worker."""
    return PostgresReset(create_postgres(os.environ[POSTGRES]))


@pytest.fixture(scope="session")
def databases() -> dict[str, Database]:
    """By URL, those that tests use one after the other: an engine keeps the statements that it has compiled."""
    return {}


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database in which nothing stands.

    A test that changes its schema, its file or its engines is marked `own_database`.
    """
    own = request.node.get_closest_marker("own_database")
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        file = (tmp_path if own else template.parent / "shared") / "carrel.db"
        restore_sqlite(template, file)
        yield f"sqlite:///{file}"
    elif POSTGRES not in os.environ:
        pytest.skip("PostgreSQL's programs are not installed")
    elif own:
        yield create_postgres(os.environ[POSTGRES])
    else:
        reset: PostgresReset = request.getfixturevalue("postgres_reset")
        yield reset.url
        reset()


@pytest.fixture
def db(
    request: pytest.FixtureRequest, database_url: str, databases: dict[str, Database]
) -> Iterator[Database]:
    """The database itself."""
    own = request.node.get_closest_marker("own_database")
    database = Database(database_url) if own else databases.setdefault(database_url, Database(database_url))
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
def services(settings: Settings, db: Database) -> Services:
    """What views and workers share."""
    return make_services(settings, db)


@pytest.fixture
def mail_server() -> Iterator[FakeMailServer]:
    """A mail server that accepts everything until told otherwise."""
    with FakeMailServer().running() as fake:
        yield fake


@pytest.fixture
def post(settings: Settings, db: Database, mail_server: FakeMailServer) -> Services:
    """Services whose mail goes there."""
    return services_mailing_to(settings, mail_server, db)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Each template is compiled once for a worker."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def apps() -> dict[str, Flask]:
    """By their settings, those that tests use one after the other: compiling our routes takes a while."""
    return {}


@pytest.fixture
def app(
    request: pytest.FixtureRequest,
    services: Services,
    apps: dict[str, Flask],
    compiled_templates: FileSystemBytecodeCache,
) -> Flask:
    """The site. What it remembers belongs to its services, which are the test's own.

    A test that changes the app itself, its routes or its views, is marked `own_app`.
    """
    same = repr(services.settings.model_dump(exclude=ASKED_WITH_EACH_REQUEST))
    own = request.node.get_closest_marker("own_app")
    app = create_app(services) if own or same not in apps else apps[same]
    if not own:
        apps[same] = app
    for each in (app, app.extensions["admin"]):
        each.jinja_env.bytecode_cache = compiled_templates
        each.extensions[EXTENSION] = services
    app.jinja_env.globals["settings"] = services.settings
    ads.start_counting(app)
    search_limit.start_counting(app)
    search.start_counting(app)
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
