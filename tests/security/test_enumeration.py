"""Whether an address is known here: an attacker wants to hear it from the answer, or from how long it takes.

What takes time is counted, not the time: every statement that reaches the database. `make bench` prints the times.
"""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from carrel import clock
from carrel.mail import suppression
from carrel.mail.models import SuppressionKind
from carrel.services import Services
from newsletter.subscribers.models import SignUpMailCount, SubscriberState
from newsletter.subscribers.sign_up import MAILED_AT_MOST
from tests.carrel.accounts.conftest import SESSION
from tests.support.accounts import make_reader, make_session
from tests.support.articles import put_article
from tests.support.browser import Browser
from tests.support.newsletter import put_subscriber
from tests.support.operators import OLGA, put_operator
from tests.support.subscribing import ask
from website.admin.operators import staff
from website.admin.operators.passwords import matches
from website.admin.operators.roles import Role

pytestmark = pytest.mark.both_databases

SUBJECT, NOBODY = "known@example.org", "nobody@example.org"
# What ends a savepoint: either way it is one statement that touches no row.
SAVEPOINT_ENDS = re.compile(r"(RELEASE|ROLLBACK TO) SAVEPOINT")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement of the block, in every database, but for those of a worker that serves other tests."""
    seen: list[str] = []
    here = threading.get_ident()

    def note(*arguments: Any) -> None:
        if threading.get_ident() != here:
            return
        seen.append(SAVEPOINT_ENDS.sub("END", arguments[2]))

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


def shown(answer: TestResponse) -> tuple[int, list[str], str, str | None]:
    """What a visitor gets of an answer, but for the values of cookies and tokens."""
    return answer.status_code, sorted(answer.headers.keys()), answer.text, answer.headers.get("Location")


def put_subject(services: Services, state: str) -> None:
    """Let the subject's address be known in this way."""
    with services.db.write() as session:
        if state in set(SuppressionKind):
            put_subscriber(session, SUBJECT)
            suppression.suppress(session, SUBJECT, SuppressionKind(state))
        elif state == "asked three times":
            address_hash = suppression.address_hash(session, SUBJECT)
            session.add(SignUpMailCount(address_hash=address_hash, count=MAILED_AT_MOST, last_at=clock.now()))
        elif state in set(SubscriberState):
            left = clock.now() if state == SubscriberState.LEFT else None
            put_subscriber(session, SUBJECT, state=state, left_at=left)


@pytest.fixture
def _library(services: Services) -> None:
    with services.db.write() as session:
        put_article(session, "clean-claims")


STATES = [*SubscriberState, *SuppressionKind, "asked a moment ago", "asked three times"]


@pytest.mark.usefixtures("_library")
@pytest.mark.parametrize("state", STATES)
def test_an_attacker_wants_to_know_who_subscribes_or_was_asked_before(
    app: Flask, services: Services, state: str
) -> None:
    put_subject(services, state)
    if state == "asked a moment ago":
        ask(Browser(app, ip="10.1.0.1"), SUBJECT)
    seen = []
    for number, email in enumerate((NOBODY, SUBJECT), 2):
        with statements() as made:
            answer = ask(Browser(app, ip=f"10.{number}.0.1"), email, follow=False)
        seen.append((shown(answer), made))
    assert len(seen[0][1]) > 15
    assert seen[0] == seen[1]


@pytest.mark.parametrize("suppressed", [None, SuppressionKind.BY_HAND])
def test_an_attacker_wants_to_know_who_has_an_account(
    app: Flask, services: Services, suppressed: SuppressionKind | None
) -> None:
    make_reader(services.db, SUBJECT, ad_free=True)
    if suppressed:
        with services.db.write() as session:
            suppression.suppress(session, SUBJECT, suppressed)
    seen = []
    for number, email in enumerate((NOBODY, SUBJECT), 1):
        browser = Browser(app, ip=f"10.{number}.0.1")
        page = browser.get("/sign-in/")
        with statements() as made:
            answer = browser.send(page, email=email, follow=False)
        seen.append((shown(answer), made))
    assert len(seen[0][1]) > 8
    assert seen[0] == seen[1]


def test_an_attacker_with_an_account_wants_to_know_who_else_has_one(app: Flask, services: Services) -> None:
    make_reader(services.db, SUBJECT)
    browser = Browser(app)
    session = make_session(services.db, make_reader(services.db, "eve@example.org"))
    browser.client.set_cookie(SESSION, session, domain="carrel.test", secure=True)
    page = browser.get("/account/address")
    seen = []
    for email in (NOBODY, SUBJECT):
        with statements() as made:
            answer = browser.send(page, email=email, follow=False)
        seen.append((shown(answer), made))
    assert len(seen[0][1]) > 8
    assert seen[0] == seen[1]


def test_an_attacker_wants_to_know_who_runs_the_site(
    app: Flask, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator, one who has not set up yet, and nobody: a password is hashed for each."""
    put_operator(services)
    with services.db.write() as session:
        staff.add(session, SUBJECT, Role.OWNER, actor="test")
    hashed: list[int] = []
    scrypt = hashlib.scrypt

    def counted(*arguments: Any, **options: Any) -> bytes:
        hashed.append(1)
        return scrypt(*arguments, **options)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    matches(None, "to have what the first call prepares")
    seen = []
    for number, email in enumerate((NOBODY, SUBJECT, OLGA), 1):
        browser = Browser(app, ip=f"10.{number}.0.1")
        page = browser.get("/admin/sign-in")
        before = len(hashed)
        with statements() as made:
            answer = browser.send(page, email=email, password="wrong", code="000000")
        text = answer.text.replace(email, "(address)")
        seen.append(
            (answer.status_code, re.sub(r'csrf_token" value="[^"]+', "", text), made, len(hashed) - before)
        )
    assert seen[0][3] == 1
    assert seen[0] == seen[1] == seen[2]
