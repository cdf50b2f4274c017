"""Browsers, and the mails that the site has queued for people."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.browser import Browser
from website.mail.models import OutboxMail
from website.web.services import Services

SESSION = "__Host-carrel_session"
ASKED = "__Host-carrel_asked"


@pytest.fixture
def anna(app: Flask) -> Browser:
    """Anna's browser."""
    return Browser(app)


@pytest.fixture
def stranger(app: Flask) -> Browser:
    """Somebody else's browser, elsewhere."""
    return Browser(app, "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36", "203.0.113.9")


Post = Callable[..., OutboxMail]


@pytest.fixture
def newest_mail(services: Services) -> Post:
    """The newest mail that was queued, for anybody or for one address."""

    def newest(to: str | None = None) -> OutboxMail:
        mails = select(OutboxMail).order_by(OutboxMail.id.desc()).limit(1)
        with services.db.read() as session:
            return session.scalars(mails.where(OutboxMail.to_key == to) if to else mails).one()

    return newest


def link_in(mail: OutboxMail) -> str:
    """The path of the link in a mail's text."""
    found = re.search(r"https://carrel\.test(/(?:sign-in|account)/\S+)", mail.text)
    assert found, mail.text
    return found[1]


def code_in(mail: OutboxMail) -> str:
    """The code in a mail's text."""
    found = re.search(r"^ +(\d{4} \d{4})$", mail.text, re.MULTILINE)
    assert found, mail.text
    return found[1]
