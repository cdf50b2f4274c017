"""A Saturday morning."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.support.digests import SATURDAY


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    """It is Saturday, and time stands still until the test moves it."""
    with time_machine.travel(SATURDAY, tick=False) as traveller:
        yield traveller
