"""Everything in this folder hurts running processes."""

import os
from pathlib import Path

import pytest

from tests.hooks import POSTGRES
from tests.support.databases import create_postgres

FULL = bool(os.environ.get("CARREL_FULL_FAULTS"))
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark it so."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.faults)


@pytest.fixture(params=["sqlite", "postgres"] if FULL else ["sqlite"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables, of this test alone; in the full run on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/carrel.db"
    if POSTGRES not in os.environ:
        pytest.skip("PostgreSQL's programs are not installed")
    return create_postgres(os.environ[POSTGRES])
