"""A broadcast: chosen subscribers get an operator's own words, with the rules of every issue."""

from itertools import count

import pytest
from sqlalchemy import delete, select, update

from carrel import clock
from carrel.audit import AuditEntry
from carrel.services import Services
from newsletter.issues import composition, delivery_stats, freezing, sent_log
from newsletter.issues.broadcasts import BroadcastSentError
from newsletter.issues.models import Delivery, DeliveryState, Issue, IssueState, MailVariant
from newsletter.subscribers.models import Frequency, Subscriber, SubscriberState
from newsletter.writing.models import IssueText
from newsletter.writing.recipients import count_recipients
from tests.newsletter.issues.broadcasting import (
    DAILY,
    WEEKLY,
    create,
    prepare,
    put_everybody,
    recipients,
    send,
)
from tests.newsletter.issues.test_freezing import CrashError, crashing_at
from tests.support.ads import house_ad
from tests.support.digests import count_states, make_all_due, send_all, subjects, the_issue
from tests.support.smtp import FakeMailServer


@pytest.fixture
def site(post: Services) -> Services:
    put_everybody(post)
    return post


@pytest.mark.parametrize(
    ("chosen", "who"),
    [
        ({}, ["anna", "ben", "cleo"]),
        ({"frequencies": [DAILY]}, ["ben"]),
        ({"exams": [1]}, ["anna", "ben"]),
        ({"topics": [1]}, ["cleo"]),
        ({"exams": [1], "topics": [1]}, ["anna", "ben", "cleo"]),
        ({"exams": [1], "frequencies": [WEEKLY]}, ["anna"]),
    ],
)
def test_it_goes_to_whom_the_operator_chose_and_the_count_said_so(
    site: Services, mail_server: FakeMailServer, chosen: dict[str, object], who: list[str]
) -> None:
    with site.db.write() as session:
        text = IssueText(frequencies=list(Frequency), exams=[], topics=[])
        for name, value in chosen.items():
            setattr(text, name, value)
        counted = count_recipients(session, site.settings, text, clock.now())
    with site.db.write() as session:
        session.add(IssueText(is_broadcast=True, subject="Prices", markdown="x", html="<p>x</p>", edited_by="olga",
                              edited_at=clock.now(), frequencies=text.frequencies, exams=text.exams,
                              topics=text.topics))  # fmt: skip
    send(site)
    prepare(site)
    send_all(site)

    assert recipients(mail_server) == who
    assert counted.receiving == len(who)
    with site.db.read() as session:
        assert the_issue(session).state == IssueState.FINISHED


def test_its_mail_is_the_operators_words_with_an_ad_for_all_but_pass_holders(
    site: Services, mail_server: FakeMailServer
) -> None:
    with site.db.write() as session:
        session.add(house_ad(slots=["digest"], title="A course"))
    create(site)
    send(site)
    prepare(site)
    send_all(site)

    for mail in mail_server.mails:
        text, html = (str(part.get_content()) for part in mail.message.iter_parts())
        assert text.startswith("The price stays.")
        assert "The price <strong>stays</strong>." in html
        assert f"{site.settings.base_url}/newsletter/archive/1/" in text
        assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert ("A course" in text, "A course" in html) == (str(mail.message["To"])[:4] != "anna",) * 2
    assert subjects(mail_server) == ["Prices"] * 3


def test_a_crash_at_any_statement_loses_nobody_and_repeats_nobody(
    site: Services, mail_server: FakeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "BATCH", 2)
    create(site)
    crashes, steps = 0, [freezing.run_step, composition.run_step]
    for step in (lambda _: send(site) == 0, *steps):
        is_more = True
        while is_more:
            for statement in count(1):
                try:
                    with crashing_at(site, statement):
                        is_more = step(site)
                    break
                except CrashError:
                    crashes += 1
    send_all(site)
    assert crashes > 30
    assert recipients(mail_server) == ["anna", "ben", "cleo"]


def test_a_second_press_sends_nothing_more(site: Services, mail_server: FakeMailServer) -> None:
    create(site)
    issue_id = send(site)
    with pytest.raises(BroadcastSentError) as sent:
        send(site)
    assert sent.value.issue_id == issue_id
    prepare(site)
    send_all(site)
    assert len(mail_server.mails) == 3
    with site.db.read() as session:
        acts = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert acts == ["broadcast.create", "broadcast.send"]


def test_whoever_leaves_before_their_mail_gets_none(site: Services, mail_server: FakeMailServer) -> None:
    create(site)
    send(site)
    prepare(site)
    with site.db.write() as session:
        ben = session.scalars(select(Subscriber).where(Subscriber.email_key == "ben@example.org")).one()
        ben.state, ben.left_at = SubscriberState.LEFT, clock.now()
    send_all(site)
    assert recipients(mail_server) == ["anna", "cleo"]
    with site.db.read() as session:
        assert count_states(session) == {"sent": 2, "unsubscribed": 1}


def test_failed_mails_of_a_broadcast_are_sent_again(site: Services, mail_server: FakeMailServer) -> None:
    create(site)
    send(site)
    prepare(site)
    mail_server.answer("RCPT", "550 5.7.1 no", times=3)
    send_all(site)
    with site.db.read() as session:
        assert count_states(session) == {DeliveryState.FAILED: 3}
    with site.db.write() as session:
        assert delivery_stats.retry_failed(session, 1, "olga") == 3
    make_all_due(site)
    send_all(site)
    assert len(mail_server.mails) == 3


def test_a_backup_from_before_it_was_sent_does_not_send_it_again(site: Services) -> None:
    create(site)
    send(site)
    prepare(site)
    send_all(site)
    with site.db.write() as session:  # as the backup has it
        session.execute(update(IssueText).values(issue_id=None))
        session.execute(delete(Delivery))
        session.execute(delete(MailVariant))
        session.execute(delete(Issue))
    with site.db.write() as session:
        assert sent_log.settle(session, site.settings, "olga", skip=True)
    with pytest.raises(BroadcastSentError):
        send(site)
    with site.db.read() as session:
        assert sent_log.missing_issues(session, site.settings) is None
        assert the_issue(session).state == IssueState.FINISHED


def test_the_paused_and_the_suppressed_are_no_recipients(site: Services) -> None:
    create(site)
    send(site)
    prepare(site)
    with site.db.read() as session:
        assert the_issue(session).recipients == 3
        emails = select(Subscriber.email).join(Delivery, Delivery.subscriber_id == Subscriber.id)
        assert {email[:4] for email in session.scalars(emails)} == {"anna", "ben@", "cleo"}
