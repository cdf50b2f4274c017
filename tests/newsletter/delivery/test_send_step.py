"""Handing an issue over: once to each, and to nobody who wants it no more."""

import re
from email.message import EmailMessage

import pytest
from sqlalchemy import delete, select, update

from carrel import clock
from carrel.mail import suppression
from carrel.mail.models import SuppressionKind
from carrel.services import Services
from newsletter.delivery import sweep
from newsletter.issues import issue_lifecycle
from newsletter.issues.models import DeliveredArticle, Delivery, IssueState
from newsletter.subscribers import unsubscribing
from newsletter.subscribers.models import Subscriber, SubscriberState
from tests.support.digests import (
    count_states,
    digest_sender,
    drain,
    make_all_due,
    put_issue,
    send_all,
    the_issue,
)
from tests.support.smtp import FakeMailServer


@pytest.mark.sweep
def test_everybody_gets_it_once(post: Services, mail_server: FakeMailServer) -> None:
    put_issue(post, 250)

    send_all(post)
    send_all(post)

    assert len(mail_server.mails) == 250
    assert len({mail.to for mail in mail_server.mails}) == 250
    with post.db.read() as session:
        assert count_states(session) == {"sent": 250}
        assert the_issue(session).state == IssueState.FINISHED


def test_mail_08_every_header_is_there_and_list_unsubscribe_is_unbroken(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 1)
    send_all(post)
    mail = mail_server.mails[0]
    message = mail.message

    assert message["From"] == "Carrel <desk@carrel.test>"
    assert message["To"] == "reader-0@example.org"
    assert re.fullmatch(r"<digest\.\d+\.[0-9a-f]{20}@carrel\.test>", str(message["Message-ID"]))
    assert message["List-Id"] == "Carrel <newsletter.carrel.test>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Bcc"] is None
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    line = next(line for line in mail.raw.split(b"\r\n") if line.startswith(b"List-Unsubscribe:"))
    assert re.fullmatch(rb"List-Unsubscribe: <https://carrel\.test/newsletter/unsubscribe/[\w.-]{87}>", line)
    assert max(len(line) for line in mail.raw.split(b"\r\n\r\n", 1)[1].split(b"\r\n")) <= 76


def personal(message: EmailMessage) -> set[str]:
    return set(re.findall(r"/newsletter/\w+/([\w.-]+)", message.as_string() + bodies(message)))


def bodies(message: EmailMessage) -> str:
    return "".join(part.get_content() for part in message.iter_parts() if isinstance(part, EmailMessage))


def test_mail_23_nothing_of_one_recipient_is_in_anothers_mail(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 20)
    send_all(post)

    tokens = {}
    for mail in mail_server.mails:
        in_body = set(re.findall(r"/newsletter/(?:unsubscribe|preferences)/([\w.-]+)", bodies(mail.message)))
        header = re.findall(r"unsubscribe/([\w.-]+)", str(mail.message["List-Unsubscribe"]))
        assert in_body == set(header)
        assert len(in_body) == 1
        assert bodies(mail.message).count(header[0]) == 4
        assert not re.search(r"reader-\d", bodies(mail.message))
        tokens[mail.to] = header[0]
    assert len(set(tokens.values())) == len(tokens) == 20


def test_mf_27_a_hostile_title_makes_a_valid_mail(post: Services, mail_server: FakeMailServer) -> None:
    put_issue(post, 1, title="Über\r\nBcc: x@evil.test \u202eevil\u202c 🎓" + "long " * 28)

    send_all(post)

    message = mail_server.mails[0].message
    assert message["Bcc"] is None
    assert str(message["Subject"]).startswith("Über Bcc: x@evil.test evil 🎓long")
    assert not message.defects


@pytest.mark.sweep
def test_mail_07_mf_18_whoever_leaves_while_it_goes_out_gets_nothing_more(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 300)
    with digest_sender(post) as sender:
        sender.run_step(post)
        with post.db.write() as session:
            now = clock.now()
            session.execute(update(Subscriber).values(state=SubscriberState.LEFT, left_at=now))
        before = len(mail_server.mails)
        drain(sender, post)

    assert len(mail_server.mails) == before
    with post.db.read() as session:
        counts = count_states(session)
        assert counts.get("unsubscribed", 0) == 300 - before
        assert counts.get("sent", 0) == before


def test_mail_07_mail_18_a_suppressed_address_gets_nothing_and_its_articles_come_back(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 2)
    with post.db.write() as session:
        suppression.suppress(session, "reader-1@example.org", SuppressionKind.COMPLAINT)

    send_all(post)

    assert [mail.to for mail in mail_server.mails] == ["reader-0@example.org"]
    with post.db.read() as session:
        assert count_states(session) == {"sent": 1, "suppressed": 1}
        assert len(session.scalars(select(DeliveredArticle)).all()) == 1


def test_whoever_leaves_by_the_link_counts_as_unsubscribed_though_they_are_suppressed_too(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 2)
    with post.db.write() as session:
        leaving = select(Subscriber).where(Subscriber.email == "reader-1@example.org")
        unsubscribing.unsubscribe(session, session.scalars(leaving).one())
    send_all(post)

    assert [mail.to for mail in mail_server.mails] == ["reader-0@example.org"]
    with post.db.read() as session:
        assert count_states(session) == {"sent": 1, "unsubscribed": 1}


def test_somebody_erased_meanwhile_is_unsubscribed_and_the_accounts_add_up(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 3)
    with post.db.write() as session:
        session.execute(delete(Subscriber).where(Subscriber.email_key == "reader-1@example.org"))

    send_all(post)

    with post.db.read() as session:
        assert count_states(session) == {"sent": 2, "unsubscribed": 1}
        assert the_issue(session).state == IssueState.FINISHED


def test_mail_05_a_refusal_fails_at_once_and_gives_the_articles_back(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 2)
    mail_server.answer("RCPT", "554 5.7.1 not you")

    send_all(post)

    with post.db.read() as session:
        assert count_states(session) == {"sent": 1, "failed": 1}
        assert len(session.scalars(select(DeliveredArticle)).all()) == 1


def test_mf_09_a_lost_reply_is_uncertain_listed_and_never_repeated(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 5)
    mail_server.close_after_data()

    send_all(post)
    send_all(post)

    assert len(mail_server.mails) == 5
    with post.db.read() as session:
        assert count_states(session) == {"sent": 4, "uncertain": 1}


def test_mf_08_a_connection_lost_within_the_mail_is_tried_again(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 3, text="A long text. " * 20_000)
    mail_server.close_mid_data()

    send_all(post)

    with post.db.read() as session:
        assert count_states(session) == {"sent": 2, "queued": 1}
    make_all_due(post)
    send_all(post)
    assert len({mail.to for mail in mail_server.mails}) == 3


@pytest.mark.parametrize(("begun", "expected"), [(False, "queued"), (True, "uncertain")])
def test_mf_02_an_expired_lease_is_repeated_only_if_it_was_not_begun(
    post: Services, begun: bool, expected: str
) -> None:
    put_issue(post, 1)
    then = clock.now() - 2 * issue_lifecycle.SENDING_LASTS
    leased = {"state": "claimed", "owner": "x/y", "lease_until": then, "begun_at": then if begun else None}
    with post.db.write() as session:
        session.execute(update(Delivery).values(leased))

    with post.db.write() as session:
        sweep.sweep(session, records_are_durable=True)

    with post.db.read() as session:
        assert count_states(session) == {expected: 1}


def test_what_a_rebooted_machine_held_is_uncertain_because_records_may_be_lost(post: Services) -> None:
    put_issue(post, 1)
    leased = {
        "state": "claimed",
        "owner": "another-boot/y",
        "lease_until": clock.now() - 2 * issue_lifecycle.SENDING_LASTS,
    }
    with post.db.write() as session:
        session.execute(update(Delivery).values(leased))

    with post.db.write() as session:
        sweep.sweep(session)

    with post.db.read() as session:
        assert count_states(session) == {"uncertain": 1}
