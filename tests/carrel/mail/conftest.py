"""A conversation with the mail server, and certificates."""

import ssl
from collections.abc import Iterator

import pytest

from carrel.mail.smtp import SmtpConnection
from tests.support.mail import server_of
from tests.support.smtp import FakeMailServer, make_certificate


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
