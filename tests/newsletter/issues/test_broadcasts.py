"""A broadcast: chosen subscribers get an operator's own words, with the rules of every issue."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import delete, select, update

from carrel import clock
from carrel.audit import AuditEntry
from carrel.mail import suppression
from carrel.mail.models import SuppressionKind
from carrel.services import Services
from newsletter.issues import broadcasts, composition, delivery_stats, freezing, sent_log
from newsletter.issues.broadcasts import BroadcastDraft, BroadcastSentError, NobodyError
from newsletter.issues.issue_lifecycle import CannotSendError
from newsletter.issues.models import Delivery, DeliveryState, Issue, IssueState, MailVariant
from newsletter.issues.preview import preview
from newsletter.subscribers.models import Frequency, Subscriber, SubscriberState, Subscription
from newsletter.writing.models import IssueText
from newsletter.writing.recipients import count_recipients
from newsletter.writing.save import EditConflictError, InvalidDraftError
from tests.newsletter.issues.test_freezing import CrashError, crashing_at
from tests.support.ads import house_ad
from tests.support.articles import put_exam, put_topic
from tests.support.digests import count_states, make_all_due, send_all, subjects, the_issue
from tests.support.newsletter import put_reader, put_subscriber
from tests.support.smtp import FakeMailServer

DAILY, WEEKLY = Frequency.DAILY, Frequency.WEEKLY


def prepare(site: Services) -> None:
    for step in (freezing.run_step, composition.run_step):
        while step(site):
            pass


def draft(**values: object) -> BroadcastDraft:
    fields = {"subject": "Prices", "markdown": "The price **stays**.", "version": 0}
    whom = {"frequencies": list(Frequency), "exams": [], "topics": []}
    return BroadcastDraft(**(fields | whom | values))  # type: ignore[arg-type]


def create(site: Services, **values: object) -> int:
    with site.db.write() as session:
        return broadcasts.create(session, site.settings, draft(**values), actor="olga")


def send(site: Services, broadcast_id: int = 1, version: int = 1) -> int:
    with site.db.write() as session:
        return broadcasts.send(session, site.settings, broadcast_id, version, actor="olga")


def everybody(site: Services) -> None:
    """Anna weekly with the pass, Ben daily, Cleo weekly of another exam and a topic; four get no mail at all."""
    now = clock.now()
    with site.db.write() as session:
        put_subscriber(session, "anna@example.org", frequency=WEEKLY)
        put_reader(session, "anna@example.org", ad_free=True)
        put_subscriber(session, "ben@example.org", frequency=DAILY)
        cleo = put_subscriber(session, "cleo@example.org", frequency=WEEKLY)
        cleo.subscriptions[0].exam_id = put_exam(session, "ccm").id
        cleo.subscriptions.append(Subscription(topic_id=put_topic(session, "medicare").id, since=now))
        put_subscriber(session, "left@example.org", state=SubscriberState.LEFT, left_at=now)
        put_subscriber(session, "pending@example.org", state=SubscriberState.PENDING, confirmed_at=None)
        put_subscriber(session, "paused@example.org", paused_until=now + timedelta(days=9))
        put_subscriber(session, "bounced@example.org")
        suppression.suppress(session, "bounced@example.org", SuppressionKind.BOUNCE)


def recipients(mail_server: FakeMailServer) -> list[str]:
    return sorted(str(mail.message["To"]).partition("@")[0] for mail in mail_server.mails)


@pytest.fixture
def site(post: Services) -> Services:
    everybody(post)
    with post.db.write() as session:
        cpb = put_exam(session)
        assert cpb.id == 1
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


def test_the_count_names_those_who_get_nothing(site: Services) -> None:
    with site.db.read() as session:
        text = IssueText(frequencies=list(Frequency), exams=[], topics=[])
        counted = count_recipients(session, site.settings, text, clock.now())
    assert (counted.chosen, counted.receiving, counted.without_ads) == (5, 3, 1)
    assert (counted.paused, counted.suppressed) == (1, 1)


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


def test_what_was_sent_is_neither_changed_nor_deleted(site: Services) -> None:
    create(site)
    send(site)
    with pytest.raises(BroadcastSentError), site.db.write() as session:
        broadcasts.save(session, site.settings, 1, draft(version=1), actor="olga")
    with pytest.raises(BroadcastSentError), site.db.write() as session:
        broadcasts.delete(session, 1, 1, actor="olga")


def test_what_another_operator_changed_is_neither_overwritten_nor_sent_nor_deleted(site: Services) -> None:
    create(site)
    with site.db.write() as session:
        broadcasts.save(session, site.settings, 1, draft(markdown="Newer.", version=1), actor="mara")
    with pytest.raises(EditConflictError) as conflict, site.db.write() as session:
        broadcasts.save(session, site.settings, 1, draft(version=1), actor="olga")
    assert conflict.value.theirs is not None
    assert (conflict.value.theirs.markdown, conflict.value.theirs.edited_by) == ("Newer.", "mara")
    with pytest.raises(EditConflictError):
        send(site, version=1)
    with pytest.raises(EditConflictError), site.db.write() as session:
        broadcasts.delete(session, 1, 1, actor="olga")
    with site.db.write() as session:
        broadcasts.delete(session, 1, 2, actor="olga")
    with pytest.raises(EditConflictError) as gone, site.db.write() as session:
        broadcasts.save(session, site.settings, 1, draft(version=2), actor="olga")
    assert gone.value.theirs is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"subject": " "}, "subject"),
        ({"markdown": "\n"}, "markdown"),
        ({"frequencies": []}, "paces"),
        ({"exams": [99]}, "exams"),
        ({"topics": [99]}, "topics"),
    ],
)
def test_what_is_missing_is_named(site: Services, values: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidDraftError) as refused:
        create(site, **values)
    assert list(refused.value.errors) == [field]


def test_without_recipients_or_an_address_nothing_is_sent(site: Services) -> None:
    create(site, frequencies=[Frequency.MONTHLY])
    with pytest.raises(NobodyError):
        send(site)
    nameless = replace(site, settings=site.settings.model_copy(update={"postal_address": ""}))
    create(site)
    with pytest.raises(CannotSendError, match="POSTAL_ADDRESS"):
        send(nameless, 2)


def test_an_approved_broadcast_goes_out_though_issues_are_reviewed_unless_it_is_late(site: Services) -> None:
    careful = replace(site, settings=site.settings.model_copy(update={"digest_review": True}))
    create(site)
    create(site)
    send(site, 1)
    prepare(careful)
    send(site, 2)
    with site.db.write() as session:
        late = session.scalars(select(Issue).where(Issue.period == "broadcast:2")).one()
        late.due_at -= timedelta(days=3)
    prepare(careful)
    with site.db.read() as session:
        states = session.execute(select(Issue.state, Issue.reason).order_by(Issue.id)).all()
    assert states[0] == (IssueState.SENDING, "")
    assert states[1].state == IssueState.WAITING
    assert "is late" in states[1].reason


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


def test_the_preview_of_the_next_digest_knows_no_broadcast(site: Services) -> None:
    create(site)
    send(site)
    while freezing.run_step(site):
        pass
    with site.db.read() as session:
        shown = preview(session, site.settings, site.signer, Frequency.EACH, clock.now())
    assert shown.issue is None
