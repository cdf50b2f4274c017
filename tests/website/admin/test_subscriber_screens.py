"""The page of one subscriber at the desk: what they get and why, every mail, and each act with its reason."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from carrel import clock
from carrel.audit import AuditEntry
from carrel.mail import suppression
from carrel.mail.models import SuppressionKind
from carrel.services import Services
from newsletter.bounces.models import Bounce
from newsletter.issues.models import Delivery
from newsletter.subscribers.models import Subscriber, SubscriberState, Subscription
from tests.support.articles import put_article
from tests.support.browser import Browser, forms_of
from tests.support.digests import make_ready, start_schedule
from tests.support.operators import SUNE, signed_in
from tests.website.admin.subscriber_forms import ANNA, WHY, do, log, row
from website.admin.operators.models import OperatorSession
from website.admin.operators.roles import Role

pytestmark = pytest.mark.both_databases


@pytest.fixture
def sune(app: Flask) -> Browser:
    """Support helps people."""
    return signed_in(app, Role.SUPPORT)


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
    assert "Paused. When the pause ends, they get what they missed." in paused.text
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
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).first()
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
