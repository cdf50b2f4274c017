"""Browsers, and the mails that the site has queued for people."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from carrel.accounts import links, sessions
from carrel.accounts.models import LinkPurpose
from carrel.mail.addresses import parse
from carrel.mail.models import OutboxMail
from carrel.services import Services
from tests.support.accounts import ANNA
from tests.support.browser import Browser

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
    match = re.search(r"https://carrel\.test(/(?:sign-in|account)/\S+)", mail.text)
    assert match, mail.text
    return match[1]


def code_in(mail: OutboxMail) -> str:
    """The code in a mail's text."""
    match = re.search(r"^ +(\d{4} \d{4})$", mail.text, re.MULTILINE)
    assert match, mail.text
    return match[1]


def ask(browser: Browser, email: str = ANNA, next_path: str = "") -> Any:
    """Ask for a sign-in mail through the page."""
    page = browser.get(f"/sign-in/?next={next_path}" if next_path else "/sign-in/")
    return browser.send(page, email=email)


def sign_in(browser: Browser, newest_mail: Post, email: str = ANNA, next_path: str = "") -> Any:
    """The whole walk in one browser."""
    ask(browser, email, next_path)
    return browser.send(browser.get(link_in(newest_mail())))


def signed_in_as(services: Services, browser: Browser) -> str | None:
    """Whose session the browser holds."""
    with services.db.read() as session:
        match = sessions.find(session, browser.cookie(SESSION) or "")
        return match.reader.email if match else None


def make_link(
    services: Services, purpose: LinkPurpose = LinkPurpose.SIGN_IN, reader_id: int | None = None
) -> links.IssuedLink:
    with services.db.write() as session:
        return links.make(session, purpose, parse(ANNA), reader_id=reader_id)
