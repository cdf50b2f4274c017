"""The page of one subscriber at the desk: what they get and why, every mail, and each act with its reason."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from carrel import clock
from carrel.audit import AuditEntry
from carrel.mail import suppression
from carrel.mail.models import Suppression, SuppressionKind
from carrel.services import Services
from newsletter.bounces.models import Bounce
from newsletter.issues.models import Delivery
from newsletter.subscribers.models import SignUp, Subscriber, SubscriberState, Subscription
from tests.support.articles import put_article
from tests.support.browser import Browser, forms_of
from tests.support.digests import make_ready, start_schedule
from tests.support.newsletter import put_subscriber
from tests.support.operators import SUNE, signed_in
from website.admin.operators.models import OperatorSession
from website.admin.operators.roles import Role

pytestmark = pytest.mark.both_databases

ANNA, WHY = "anna@example.org", "asked by phone"


@pytest.fixture
def sune(app: Flask) -> Browser:
    """Support helps people."""
    return signed_in(app, Role.SUPPORT)


@pytest.fixture
def anna(services: Services) -> int:
    with services.db.write() as session:
        put_article(session, slug="one", topics=("medicare",))
        put_article(session, slug="two", exam="ccm")
        return put_subscriber(session, ANNA, source="/subscribe/").id


def act(browser: Browser, page: str, action: str, **fields: Any) -> TestResponse:
    """Send the form of a page that goes there."""
    opened = browser.get(page)
    form = next(form for form in forms_of(opened) if form.action == action)
    return browser.post(action, form.fields | fields)


def do(browser: Browser, subscriber_id: int, name: str, **fields: Any) -> TestResponse:
    page = f"/admin/subscribers/{subscriber_id}"
    return act(browser, page, f"{page}/{name}", **({"reason": WHY} | fields))


def row(services: Services) -> Subscriber:
    with services.db.read() as session:
        return session.scalars(select(Subscriber)).one()


def log(services: Services) -> list[tuple[str, str, str, str]]:
    with services.db.read() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(entry.actor, entry.action, entry.subject, entry.reason) for entry in entries]


def test_the_table_leads_to_the_page(sune: Browser, anna: int) -> None:
    page = sune.get("/admin/subscribers/")
    assert f'href="/admin/subscribers/{anna}"' in page.text
    assert "Gets the digest." in sune.get(f"/admin/subscribers/{anna}").text


def test_each_act_is_done_said_and_logged_with_its_reason(
    services: Services, sune: Browser, anna: int
) -> None:
    saved = do(sune, anna, "change", exam=["ccm"], topic=["medicare"], pace="monthly")
    assert "Saved." in saved.text
    assert (row(services).frequency, "ccm" in saved.text.lower()) == ("monthly", True)
    paused = do(sune, anna, "pause", weeks="4")
    assert "Paused. They get what is new" in paused.text
    assert "is paused until" in paused.text
    resumed = do(sune, anna, "resume")
    assert "Resumed." in resumed.text
    gone = do(sune, anna, "unsubscribe")
    assert "Unsubscribed. They get no more digests." in gone.text
    assert "Gets no digest: this subscriber has left." in gone.text
    assert row(services).state == SubscriberState.LEFT
    lifted = do(sune, anna, "lift")
    assert "Suppression removed." in lifted.text
    subject = f"subscriber:{anna}"
    acts = ["change", "pause", "resume", "unsubscribe"]
    assert log(services) == [
        *((SUNE, f"subscriber.{name}", subject, WHY) for name in acts),
        (SUNE, "suppression.lift", subject, WHY),
    ]
    with services.db.read() as session:
        entry = session.scalars(select(AuditEntry)).first()
    assert entry
    assert entry.before
    assert entry.after
    assert (entry.before["exams"], entry.after["exams"], entry.after["topics"]) == (
        ["cpb"],
        ["ccm"],
        ["medicare"],
    )


@pytest.mark.parametrize("name", ["change", "pause", "unsubscribe"])
def test_nothing_is_done_without_a_reason(services: Services, sune: Browser, anna: int, name: str) -> None:
    refused = do(sune, anna, name, reason=" ", pace="daily")
    assert (refused.status_code, "Enter a reason" in refused.text) == (422, True)
    assert f'href="#page-reason-{name}"' in refused.text
    assert (row(services).state, row(services).frequency, log(services)) == ("confirmed", "weekly", [])


def test_somebody_who_left_in_between_is_left_alone(services: Services, sune: Browser, anna: int) -> None:
    page = sune.get(f"/admin/subscribers/{anna}")
    form = next(form for form in forms_of(page) if form.action.endswith("/pause"))
    do(sune, anna, "unsubscribe")
    late = sune.post(form.action, form.fields | {"reason": WHY})
    assert (late.status_code, "no longer subscribed" in late.text) == (422, True)


def test_lifting_asks_who_it_is_and_a_complaint_stays(services: Services, sune: Browser, anna: int) -> None:
    with services.db.write() as session:
        suppression.suppress(session, ANNA, SuppressionKind.NEWSLETTER, "bounced: no such user")
        suppression.suppress(session, ANNA, SuppressionKind.COMPLAINT)
        session.execute(update(OperatorSession).values(proven_at=clock.now() - timedelta(minutes=15)))
    page = sune.get(f"/admin/subscribers/{anna}")
    assert "bounced: no such user" in page.text
    assert "Only the subscriber can remove this" in page.text
    assert "Confirm it’s you" in do(sune, anna, "lift").text
    with services.db.write() as session:
        session.execute(update(OperatorSession).values(proven_at=clock.now()))
    tried = do(sune, anna, "lift", kind="complaint")
    assert tried.status_code == 422
    do(sune, anna, "lift")
    with services.db.read() as session:
        assert [reason.kind for reason in suppression.reasons(session, ANNA)] == ["complaint"]


def test_every_mail_has_its_fate(services: Services, sune: Browser, anna: int) -> None:
    start_schedule(services)
    with services.db.write() as session:
        session.execute(update(Subscriber).values(frequency="each"))
        session.execute(update(Subscription).values(since=clock.now() - timedelta(days=1)))
        put_article(session, slug="new", title="A new article")
    make_ready(services)
    with services.db.write() as session:
        delivery = session.scalars(select(Delivery)).one()
        delivery.state, delivery.begun_at, delivery.ended_at = "sent", clock.now(), clock.now()
        session.add(
            Bounce(
                key="x:1",
                kind="soft",
                source="postmark",
                address_hash=b"1" * 32,
                delivery_id=delivery.id,
                reason="mailbox full",
                received_at=clock.now(),
            )
        )
    page = sune.get(f"/admin/subscribers/{anna}").text
    assert "A new article" in page
    assert "Sent; bounced (soft): mailbox full" in page
    assert "Opens and clicks are not tracked" in page


def test_an_editor_has_no_business_with_people(app: Flask, anna: int) -> None:
    edda = signed_in(app, Role.EDITOR)
    for path in (f"/admin/subscribers/{anna}", "/admin/subscribers/new", "/admin/subscribers/import"):
        assert edda.get(path).status_code == 403
    assert edda.get("/admin/reports/subscribers").status_code == 403


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
