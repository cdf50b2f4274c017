"""An operator holds an issue that is going out, or ends it (MAIL-28)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from carrel.services import Services
from newsletter.issues import issue_lifecycle
from newsletter.issues.models import DeliveredArticle
from tests.support.digests import count_states, digest_sender, put_issue, send_all, wait_until
from tests.support.smtp import FakeMailServer


def test_mail_28_a_paused_issue_sends_nothing_and_goes_on_where_it_was(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 4)
    with post.db.write() as session:
        assert issue_lifecycle.pause(session, 1, "olga")
    send_all(post)
    assert mail_server.mails == []

    with post.db.write() as session:
        assert issue_lifecycle.resume(session, 1, "olga")
    send_all(post)

    assert len(mail_server.mails) == 4


@pytest.mark.sweep
def test_mail_28_a_pause_halts_within_one_mail_of_each_connection(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 200)
    mail_server.answer("BODY", 0.02, times=200)
    with digest_sender(post) as sender, ThreadPoolExecutor(1) as pool:
        batch = pool.submit(sender.run_step, post)
        wait_until(lambda: len(mail_server.mails) >= 10)
        with post.db.write() as session:
            assert issue_lifecycle.pause(session, 1, "olga")
        at_most = len(mail_server.mails) + post.settings.digest_connections
        batch.result()
        assert len(mail_server.mails) <= at_most
    with post.db.read() as session:
        assert count_states(session) == {
            "sent": len(mail_server.mails),
            "queued": 200 - len(mail_server.mails),
        }


def test_mail_28_a_stopped_issue_ends_and_gives_everything_back(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 4)
    with post.db.write() as session:
        assert issue_lifecycle.stop(session, 1, "olga")

    send_all(post)

    assert mail_server.mails == []
    with post.db.read() as session:
        assert count_states(session) == {"suppressed": 4}
        assert session.scalars(select(DeliveredArticle)).all() == []
