"""Somebody is added at the desk, with the evidence of their consent."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from carrel import clock
from carrel.mail import suppression
from carrel.mail.models import Suppression, SuppressionKind
from carrel.services import Services
from newsletter.subscribers.models import SignUp, Subscriber
from tests.support.browser import Browser
from tests.support.operators import SUNE, signed_in
from tests.website.admin.subscriber_forms import ANNA, act, log, row
from website.admin.operators.roles import Role

pytestmark = pytest.mark.both_databases
NEW = {
    "email": "ben@example.org",
    "consented_at": "2026-03-31",
    "evidence": "paper form, May fair",
    "pace": "daily",
}


def add(browser: Browser, **fields: Any) -> TestResponse:
    return act(browser, "/admin/subscribers/new", "/admin/subscribers/new", **(NEW | fields))


@time_machine.travel("2026-11-20T12:00:00Z", tick=False)
def test_somebody_is_added_with_the_evidence(services: Services, app: Flask, anna: int) -> None:
    sune = signed_in(app, Role.SUPPORT)
    page = add(sune, exam=["ccm"])
    assert anna
    assert "Subscribed." in page.text
    assert "paper form, May fair" in page.text
    with services.db.read() as session:
        ben = session.scalars(select(Subscriber).where(Subscriber.email == "ben@example.org")).one()
        proof = session.scalars(select(SignUp)).one()
    assert (ben.state, ben.frequency, f"{ben.confirmed_at:%Y-%m-%d}") == ("confirmed", "daily", "2026-03-31")
    assert (proof.method, proof.evidence, proof.confirmed_at) == ("import", NEW["evidence"], ben.confirmed_at)
    assert log(services) == [(SUNE, "subscriber.add", f"subscriber:{ben.id}", NEW["evidence"])]


@time_machine.travel("2026-11-20T12:00:00Z", tick=False)
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "nobody"}, "Enter a full email address"),
        ({"email": ANNA}, "They are already subscribed"),
        ({"evidence": ""}, "Say how they agreed"),
        ({"consented_at": ""}, "Write the date on which they agreed"),
        ({"consented_at": "2026-11-21"}, "is in the future"),
        ({"pace": "hourly"}, "Choose how often"),
        ({"exam": ["bar"]}, "Choose from the list"),
    ],
)
def test_what_cannot_be_is_said_and_nobody_is_added(
    services: Services, app: Flask, anna: int, fields: dict[str, Any], sentence: str
) -> None:
    refused = add(signed_in(app, Role.SUPPORT), **fields)
    assert (refused.status_code, sentence in refused.text) == (422, True)
    assert row(services).id == anna


@time_machine.travel("2026-11-20T12:00:00Z", tick=False)
@pytest.mark.parametrize(
    ("kind", "consented_at", "comes_back"),
    [
        ("newsletter", "2026-11-19", True),
        ("newsletter", "2026-11-01", False),
        ("bounce", "2026-11-19", True),
        ("complaint", "2026-11-19", False),
        ("by_hand", "2026-11-19", False),
    ],
)
def test_who_left_comes_back_only_by_a_younger_consent(
    services: Services, app: Flask, anna: int, kind: str, consented_at: str, *, comes_back: bool
) -> None:
    left = clock.now() - timedelta(days=10)
    with services.db.write() as session:
        session.execute(update(Subscriber).values(state="left", left_at=left))
        suppression.suppress(session, ANNA, SuppressionKind(kind))
        session.execute(update(Suppression).values(since=left))
    answer = add(signed_in(app, Role.SUPPORT), email=ANNA, consented_at=consented_at)
    assert (answer.status_code == 200, row(services).state == "confirmed") == (comes_back, comes_back)
    with services.db.read() as session:
        assert (suppression.reasons(session, ANNA) == []) is comes_back
    assert anna


@time_machine.travel("2026-11-20T12:00:00Z", tick=False)
def test_removing_the_suppression_makes_no_older_consent_good(
    services: Services, app: Flask, anna: int
) -> None:
    with services.db.write() as session:
        session.execute(update(Subscriber).values(state="left", left_at=clock.now() - timedelta(days=10)))
    answer = add(signed_in(app, Role.SUPPORT), email=ANNA, consented_at="2026-11-01")
    assert (answer.status_code, row(services).state) == (422, "left")
    assert anna
