"""A mail server, and services that send to it."""

import ssl
from collections.abc import Iterator

import pytest

from tests.support.mail import mailing, server_of
from tests.support.smtp import FakeMailServer, make_certificate
from website.mail.smtp import SmtpConnection
from website.settings import Settings
from website.web.services import Services


@pytest.fixture
def mail_server() -> Iterator[FakeMailServer]:
    """FM, accepting everything until told otherwise."""
    with FakeMailServer().running() as fake:
        yield fake


@pytest.fixture
def post(settings: Settings, mail_server: FakeMailServer) -> Iterator[Services]:
    """Services whose mail goes to FM."""
    made = mailing(settings, mail_server)
    yield made
    made.db.close()


@pytest.fixture
def connection(mail_server: FakeMailServer) -> Iterator[SmtpConnection]:
    """Our connection to FM, without encryption."""
    made = SmtpConnection(server_of(mail_server))
    yield made
    made.close()


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A certificate of our own: the server's context, and one of a client that trusts it."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))
