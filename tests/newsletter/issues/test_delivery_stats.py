"""The operator's second look at what did not arrive: listed, and sent once more if they say so."""

import pytest

from carrel.services import Services
from newsletter.issues import delivery_stats
from newsletter.issues.models import DeliveryState, IssueState
from tests.support.articles import put_article
from tests.support.digests import count_in_states, count_states, deliver, put_issue, send_all, the_issue
from tests.support.smtp import FakeMailServer


def test_mail_04_uncertain_mails_are_listed_and_sent_once_more_only_when_the_operator_says_so(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 3)
    mail_server.close_after_data()
    send_all(post)
    with post.db.read() as session:
        ((delivery, email),) = delivery_stats.uncertain(session, 1)
    assert email in {mail.to for mail in mail_server.mails}
    send_all(post)
    assert len(mail_server.mails) == 3

    with post.db.write() as session:
        assert delivery_stats.retry_uncertain(session, 1, "olga") == 1
    send_all(post)

    again = mail_server.mails[3]
    (first,) = [mail for mail in mail_server.mails[:3] if mail.to == email]
    assert (again.to, again.message["Message-ID"]) == (email, first.message["Message-ID"])
    assert f"<digest.{delivery.id}." in str(again.message["Message-ID"])
    with post.db.read() as session:
        assert count_states(session) == {"sent": 3}
        assert the_issue(session).state == IssueState.FINISHED


@pytest.mark.parametrize("meanwhile", [False, True])
def test_mail_27_failed_mails_are_tried_anew_unless_another_issue_brought_their_article(
    post: Services, mail_server: FakeMailServer, meanwhile: bool
) -> None:
    put_issue(post, 2)
    mail_server.answer("RCPT", "554 5.7.1 not you")
    send_all(post)
    assert count_in_states(post, DeliveryState.FAILED) == 1
    if meanwhile:
        with post.db.write() as session:
            put_article(session, "second")
        deliver(post)  # whoever did not get the first article gets it with the second

    with post.db.write() as session:
        assert delivery_stats.retry_failed(session, 1, "olga") == (0 if meanwhile else 1)
    send_all(post)

    titles = [str(mail.message["Subject"]) for mail in mail_server.mails]
    assert len([title for title in titles if title.startswith("New")]) == 2
