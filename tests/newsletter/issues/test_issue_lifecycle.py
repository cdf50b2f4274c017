"""What the operator decides: send, pause, stop; and what no digest goes out without."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

from carrel.audit import AuditEntry
from carrel.mail.models import Alarm
from carrel.services import Services
from newsletter.issues import issue_lifecycle
from newsletter.issues.issue_lifecycle import CannotSendError
from newsletter.issues.models import IssueState
from tests.support.digests import count_states, put_issue, send_all, the_issue
from tests.support.smtp import FakeMailServer


def careful(post: Services, **more: object) -> Services:
    """A site whose issues wait until the operator has seen them."""
    settings = post.settings.model_copy(update={"digest_review": True, **more})
    return replace(post, settings=settings)


def test_with_review_first_an_issue_waits_until_the_operator_has_seen_it(
    post: Services, mail_server: FakeMailServer
) -> None:
    site = careful(post)
    put_issue(site, 2)
    send_all(site)
    assert mail_server.mails == []
    with post.db.read() as session:
        assert the_issue(session).state == IssueState.WAITING

    with post.db.write() as session:
        assert issue_lifecycle.approve(session, site.settings, 1, "olga")
    send_all(site)

    assert len(mail_server.mails) == 2


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("postal_address", " ", "POSTAL_ADDRESS is missing"),
        ("mail_from", "", "MAIL_FROM is missing"),
        ("base_url", "http://carrel.test", "CARREL_BASE_URL is not https"),
    ],
)
def test_mail_24_without_a_postal_address_no_digest_can_be_sent(
    post: Services, mail_server: FakeMailServer, setting: str, value: str, said: str
) -> None:
    site = careful(post, digest_review=False, **{setting: value})
    put_issue(site, 1)
    send_all(site)
    assert mail_server.mails == []
    with post.db.read() as session:
        assert the_issue(session).state == IssueState.WAITING
        assert said in the_issue(session).reason
        assert said in session.scalars(select(Alarm)).one().text
    with pytest.raises(CannotSendError, match=said), post.db.write() as session:
        issue_lifecycle.approve(session, site.settings, 1, "olga")

    with post.db.write() as session:
        assert issue_lifecycle.approve(session, post.settings, 1, "olga")
    send_all(post)
    assert len(mail_server.mails) == 1


def test_mf_34_two_operators_who_press_send_at_once_send_one_issue(
    post: Services, mail_server: FakeMailServer
) -> None:
    site = careful(post)
    put_issue(site, 3)
    at_once, answers = threading.Barrier(4), []

    def press(who: str) -> None:
        at_once.wait()
        with post.db.write() as session:
            answers.append(issue_lifecycle.approve(session, site.settings, 1, who))

    threads = [threading.Thread(target=press, args=(f"operator {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send_all(site)

    assert sorted(answers) == [False, False, False, True]
    assert len(mail_server.mails) == 3
    with post.db.read() as session:
        sent = session.scalars(select(AuditEntry).where(AuditEntry.action == "digest.send")).all()
    assert len(sent) == 1


def test_mail_28_a_stopped_issue_cannot_be_sent_any_more(post: Services, mail_server: FakeMailServer) -> None:
    site = careful(post)
    put_issue(site, 2)
    with post.db.write() as session:
        assert issue_lifecycle.stop(session, 1, "olga")
        assert not issue_lifecycle.stop(session, 1, "olga")
        assert not issue_lifecycle.approve(session, site.settings, 1, "olga")
        assert not issue_lifecycle.resume(session, 1, "olga")
    send_all(site)
    assert mail_server.mails == []
    with post.db.read() as session:
        assert count_states(session) == {"suppressed": 2}
