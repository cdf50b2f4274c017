"""The clock of the ads."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.support.ads import NOW


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """The moment of all tests of ads, standing still until it is moved."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
