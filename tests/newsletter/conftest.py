"""A site whose mail goes to the fake mail server."""

from collections.abc import Iterator

import pytest

from tests.support.mail import mailing
from tests.support.smtp import FakeMailServer
from website.settings import Settings
from website.web.services import Services


@pytest.fixture
def mail_server() -> Iterator[FakeMailServer]:
    with FakeMailServer().running() as fake:
        yield fake


@pytest.fixture
def post(settings: Settings, mail_server: FakeMailServer) -> Iterator[Services]:
    """Services that can send."""
    made = mailing(settings, mail_server)
    yield made
    made.db.close()
