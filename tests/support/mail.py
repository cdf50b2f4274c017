"""Mails, servers and settings for tests of mail."""

from email.utils import parseaddr
from typing import Any

from pydantic import SecretStr

from carrel.db import Database
from carrel.mail.message import Content
from carrel.mail.server import MailServer, Tls
from carrel.services import Services, make_services
from carrel.settings import Settings
from tests.support.smtp import FakeMailServer

HELLO = Content("tests/hello", "Hello", "Hello Anna.\n", "<p>Hello Anna.</p>")


def server_of(fake: FakeMailServer, tls: Tls = Tls.NONE, **more: Any) -> MailServer:
    """The fake as our code knows a server."""
    return MailServer("127.0.0.1", fake.port, tls, "desk@carrel.test", **more)


def services_mailing_to(settings: Settings, fake: FakeMailServer, db: Database) -> Services:
    """Services whose mail goes to the fake."""
    assert parseaddr(settings.mail_from)[1]
    return make_services(settings.model_copy(update={"smtp_url": SecretStr(fake.url)}), db)
