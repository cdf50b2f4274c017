"""One running site for all faults, on each kind of database."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.site import Site, running_site
from tests.hooks import POSTGRES
from tests.support.databases import create_postgres

FULL = bool(os.environ.get("CARREL_FULL_FAULTS"))
KINDS = ["sqlite", "postgres"]
# For what never reaches the database: once is enough in an ordinary run.
WITHOUT_STORAGE = pytest.mark.parametrize("running", KINDS if FULL else KINDS[:1], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder hurts running processes."""
    for item in items:
        if "payments/faults" in item.path.as_posix():
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="session", params=KINDS)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The processes, started once."""
    home = tmp_path_factory.mktemp(f"site-{request.param}")
    if request.param == "postgres" and POSTGRES not in os.environ:
        pytest.skip("PostgreSQL's programs are not installed")
    url = (
        f"sqlite:///{home}/carrel.db" if request.param == "sqlite" else create_postgres(os.environ[POSTGRES])
    )
    with running_site(home, url, workers=4 if FULL else 2) as site:
        yield site


@pytest.fixture
def site(running: Site) -> Site:
    """The running site, with default network conditions and no faults."""
    running.begin()
    return running


@pytest.fixture
def paid(site: Site) -> dict[str, Any]:
    """A paid session whose event was not delivered; the event."""
    site.stripe.webhooks.hold()
    session_id = site.buyer().order()
    site.stripe.pay(session_id)
    return site.completed(session_id)


@pytest.fixture
def many() -> int:
    """How many of something come at once."""
    return 100 if FULL else 40
