"""A library to subscribe to, browsers, and the mails that the site has queued."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask

from carrel.services import Services
from newsletter.subscribers import links
from tests.support.articles import put_article, put_exam
from tests.support.browser import Browser
from tests.support.newsletter import put_subscriber
from tests.support.subscribing import ANNA, QueuedMails

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """Noon on a Monday, standing still until it is moved."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def library(services: Services, noon: time_machine.Traveller) -> None:
    """Two exams with an article each, and a topic."""
    with services.db.write() as session:
        put_exam(session, "cpb", position=1)
        put_exam(session, "ccm", position=2)
        put_article(session, "clean-claims", topics=("medicare",))
        put_article(session, "care-plans", exam="ccm")


@pytest.fixture
def anna(app: Flask, library: None) -> Browser:
    """Anna's browser."""
    return Browser(app)


@pytest.fixture
def stranger(app: Flask, library: None) -> Browser:
    """Somebody else's, elsewhere."""
    return Browser(app, "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0", "203.0.113.9")


@pytest.fixture
def post(services: Services) -> QueuedMails:
    """The mails that were queued."""
    return QueuedMails(services)


@pytest.fixture
def token(services: Services, library: None) -> str:
    """The token of Anna, who is subscribed."""
    with services.db.write() as session:
        return links.token_of(services.signer, put_subscriber(session, ANNA).address_hash)


@pytest.fixture
def preferences(token: str) -> str:
    """The page where she chooses."""
    return f"/newsletter/preferences/{token}"


@pytest.fixture
def unsubscribe(token: str) -> str:
    """Where mail programs and people leave."""
    return f"/newsletter/unsubscribe/{token}"
