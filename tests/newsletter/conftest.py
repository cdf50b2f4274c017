"""A Saturday morning, and an issue that was sent on it."""

from collections.abc import Iterator

import pytest
import time_machine

from carrel.services import Services
from tests.newsletter.rolling_up import put_sent_issue
from tests.support.digests import SATURDAY


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    """It is Saturday, and time stands still until the test moves it."""
    with time_machine.travel(SATURDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def sent(post: Services, travel: time_machine.Traveller) -> Services:
    """The issue whose deliveries become totals a year later."""
    put_sent_issue(post)
    return post
