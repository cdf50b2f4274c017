"""Everything in this folder hurts running processes."""

import os
from pathlib import Path

import pytest

FULL = bool(os.environ.get("CARREL_FULL_FAULTS"))
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark it so."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.faults)
