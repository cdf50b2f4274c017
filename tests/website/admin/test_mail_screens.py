"""Issues, suppressions and alarms, through the screens."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from carrel.audit import AuditEntry
from carrel.mail import suppression
from carrel.mail.alarms import raise_alarm
from carrel.mail.models import Alarm, SuppressionKind
from carrel.services import Services
from carrel.settings import Settings
from newsletter.issues.models import Delivery, DeliveryState, Issue, IssueState
from newsletter.subscribers.models import Subscriber
from tests.support.articles import put_article
from tests.support.browser import Browser
from tests.support.digests import add_subscribers, make_ready, start_schedule
from tests.support.newsletter import put_subscriber
from tests.support.operators import OLGA, signed_in

pytestmark = pytest.mark.both_databases

ANNA = "anna@example.org"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"digest_review": True})


@pytest.fixture
def olga(app: Flask) -> Browser:
    return signed_in(app)


@pytest.fixture
def waiting(services: Services) -> int:
    """An issue for two readers that waits for the operator."""
    with services.db.write() as session:
        add_subscribers(session, 2)
    start_schedule(services)
    with services.db.write() as session:
        put_article(session, slug="new")
    make_ready(services)
    with services.db.read() as session:
        return session.scalars(select(Issue.id).where(Issue.state == IssueState.WAITING)).one()


def state(services: Services) -> str:
    with services.db.read() as session:
        return session.scalars(select(Issue.state)).one()


def acts(services: Services) -> list[str]:
    with services.db.read() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_an_issue_that_waits_is_read_let_out_held_and_stopped(
    services: Services, olga: Browser, waiting: int
) -> None:
    digests = olga.get("/admin/digests").text
    assert "2 subscribers get this issue" in digests
    assert "Gets it: reader-0@example.org" in digests
    address = f"/admin/issues/{waiting}"
    olga.send(olga.get(address), 1)
    assert state(services) == IssueState.SENDING
    for act, after in (
        ("pause", "paused"),
        ("resume", "sending"),
        ("stop", "stopped"),
        ("resume", "stopped"),
    ):
        page = olga.get(address)
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        olga.post(f"{address}/act", {"csrf_token": token, "act": act})
        assert state(services) == after
    assert acts(services) == ["digest.send", "digest.pause", "digest.resume", "digest.stop"]


def test_uncertain_mails_are_named_and_sent_again_only_when_asked(
    services: Services, olga: Browser, waiting: int
) -> None:
    olga.send(olga.get(f"/admin/issues/{waiting}"), 1)
    with services.db.write() as session:
        moment = session.scalars(select(Issue.started_at)).one()
        lost = {"state": DeliveryState.UNCERTAIN, "begun_at": moment, "ended_at": moment}
        session.execute(update(Delivery).values(lost))
    page = olga.get(f"/admin/issues/{waiting}")
    assert "reader-1@example.org" in page.text
    olga.send(page, 1, act="retry-uncertain")
    with services.db.read() as session:
        assert set(session.scalars(select(Delivery.state))) == {DeliveryState.QUEUED}


@pytest.mark.sweep
def test_an_issue_that_may_not_be_sent_says_why(services: Services, olga: Browser, waiting: int) -> None:
    object.__setattr__(services, "settings", services.settings.model_copy(update={"postal_address": ""}))
    answer = olga.send(olga.get(f"/admin/issues/{waiting}"), 1)
    assert answer.status_code == 409
    assert "POSTAL_ADDRESS is missing" in answer.text
    assert state(services) == IssueState.WAITING


def test_a_suppression_is_looked_up_lifted_and_added_for_a_reason(services: Services, olga: Browser) -> None:
    with services.db.write() as session:
        suppression.suppress(session, ANNA, SuppressionKind.BOUNCE, "mailbox full")
    page = olga.get(f"/admin/suppression?email={ANNA}")
    assert "mailbox full" in page.text
    assert "Enter a reason" in olga.send(page, 1, reason=" ").text
    lifted = olga.send(page, 1, reason="mended")
    assert "This address is not suppressed" in lifted.text
    assert "By hand" in olga.send(lifted, -1, reason="asked by phone").text
    with services.db.read() as session:
        assert [reason.kind for reason in suppression.reasons(session, ANNA)] == [SuppressionKind.BY_HAND]
        log = session.execute(
            select(AuditEntry.actor, AuditEntry.action, AuditEntry.subject, AuditEntry.reason)
        )
        assert [tuple(entry) for entry in log] == [
            (OLGA, "suppression.lift", "a•••@example.org", "mended"),
            (OLGA, "suppression.add", "a•••@example.org", "asked by phone"),
        ]


def test_mail_18_no_operator_lifts_a_complaint(services: Services, olga: Browser) -> None:
    with services.db.write() as session:
        suppression.suppress(session, ANNA, SuppressionKind.NEWSLETTER)
        suppression.suppress(session, ANNA, SuppressionKind.COMPLAINT)
    page = olga.get(f"/admin/suppression?email={ANNA}")
    assert (
        page.text.count("Remove suppression") == page.text.count("Only the subscriber can remove this") == 1
    )
    forged = olga.send(page, 1, reason="please", lift="complaint")
    assert (forged.status_code, "Only the subscriber can remove this" in forged.text) == (422, True)
    with services.db.read() as session:
        kinds = {reason.kind for reason in suppression.reasons(session, ANNA)}
    assert kinds == {SuppressionKind.NEWSLETTER, SuppressionKind.COMPLAINT}


def test_data_20_a_subscriber_who_asks_is_forgotten(services: Services, olga: Browser) -> None:
    with services.db.write() as session:
        put_subscriber(session, ANNA)
    page = olga.get(f"/admin/suppression?email={ANNA}")
    assert "Check the box" in olga.send(page, -1).text
    forgotten = olga.send(page, -1, sure="1")
    assert "Unsubscribed" in forgotten.text
    assert "Erase the subscriber" not in forgotten.text
    with services.db.read() as session:
        assert session.scalars(select(Subscriber.id)).all() == []
        log = session.execute(select(AuditEntry.actor, AuditEntry.action, AuditEntry.subject)).all()
    assert [tuple(entry) for entry in log] == [(OLGA, "subscriber.erase", "a•••@example.org")]


def test_what_is_no_address_is_said_so(olga: Browser) -> None:
    answer = olga.get("/admin/suppression?email=nonsense")
    assert answer.status_code == 422
    assert "Enter a full email address" in answer.text


def test_an_alarm_is_read_and_acknowledged(services: Services, olga: Browser) -> None:
    with services.db.write() as session:
        raise_alarm(session, "disk", "The disk is almost full", "400 MB are left. Make room.")
    page = olga.get("/admin/alarms/1")
    assert "400 MB are left" in page.text
    assert "Nothing matches" in olga.send(page, -1).text
    with services.db.read() as session:
        assert session.scalars(select(Alarm.acknowledged_by)).one() == OLGA
