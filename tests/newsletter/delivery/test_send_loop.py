"""Many connections in one thread: what is ready together is recorded together, and none holds up another."""

import time
from collections.abc import Sequence
from contextlib import closing, suppress
from threading import Event

import pytest
from sqlalchemy import select, update

from carrel import clock
from carrel.compiled_update import CompiledUpdate
from carrel.mail.outcomes import MailServerUnavailableError
from carrel.mail.smtp import SmtpConnection
from carrel.services import Services
from newsletter.delivery import leases
from newsletter.delivery.send_step import DigestSender
from newsletter.issues.models import DeliveryState, Issue, IssueState
from tests.support.digests import BEFORE, count_in_states, digest_sender, put_issue, send_all, wait_until
from tests.support.smtp import FakeMailServer


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """How many mails each commit recorded as sent, and how many it was asked to begin."""
    seen = []
    record = leases.record_and_begin

    def counted(statement: CompiledUpdate, sent: Sequence[int], begin: Sequence[int], owner: str) -> set[int]:
        seen.append((len(sent), len(begin)))
        time.sleep(0.01)  # a disk that takes its time, so that others come meanwhile
        return record(statement, sent, begin, owner)

    monkeypatch.setattr(leases, "record_and_begin", counted)
    return seen


def test_connections_that_are_ready_together_share_a_commit(
    post: Services, mail_server: FakeMailServer, commits: list[tuple[int, int]]
) -> None:
    put_issue(post, 40)
    send_all(post)
    assert (
        len(mail_server.mails) == sum(sent for sent, _ in commits) == sum(begun for _, begun in commits) == 40
    )
    assert len(commits) < 30
    assert max(begun for _, begun in commits) <= post.settings.digest_connections


def test_n4_no_connection_begins_a_mail_before_its_last_one_is_recorded(
    post: Services, mail_server: FakeMailServer, commits: list[tuple[int, int]]
) -> None:
    """Otherwise a worker that is killed would leave more uncertain mails than it has connections."""
    put_issue(post, 40)
    send_all(post)
    in_the_gap = 0
    for sent, begun in commits:
        in_the_gap += begun - sent
        assert 0 <= in_the_gap <= post.settings.digest_connections
    assert in_the_gap == 0


@pytest.mark.sweep
def test_a_connection_that_waits_for_the_server_holds_up_no_other(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 30)
    mail_server.answer("BODY", reply := Event())
    with digest_sender(post) as sender:
        while sender.run_step(post):
            pass
        assert count_in_states(post, DeliveryState.SENT) == 29
        assert count_in_states(post, DeliveryState.LEASED) == 1
        reply.set()
        wait_until(lambda: sender.run_step(post) or count_in_states(post, DeliveryState.SENT) == 30)


def test_what_the_server_took_is_recorded_once_the_database_is_back(
    post: Services, mail_server: FakeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_issue(post, 12)
    record, failing = leases.record_and_begin, [3, 2]

    def fails(statement: CompiledUpdate, sent: Sequence[int], begin: Sequence[int], owner: str) -> set[int]:
        failing[0] -= 1
        if failing[0] < 0 and failing[1]:
            failing[1] -= 1
            raise OSError("the disk is full")
        return record(statement, sent, begin, owner)

    monkeypatch.setattr(leases, "record_and_begin", fails)
    with digest_sender(post) as sender:
        for _ in range(3):
            with suppress(OSError):
                sender.run_step(post)
        arrived = {mail.to for mail in mail_server.mails}
        assert len(arrived) == len(mail_server.mails)
        assert count_in_states(post, DeliveryState.SENT) == len(arrived)


@pytest.mark.sweep
def test_mail_05_a_server_that_is_silent_for_longer_than_a_batch_is_away_too(post: Services) -> None:
    timeout = Event()

    class SilentServer(SmtpConnection):
        def open(self) -> None:
            timeout.wait()
            raise MailServerUnavailableError("no answer")

    count = post.settings.digest_connections
    put_issue(post, count)
    with post.db.write() as session:
        session.execute(update(Issue).values(send_until=clock.now() - BEFORE))
    with closing(DigestSender(SilentServer)) as sender:
        sender.run_step(post)
        leased = count_in_states(post, DeliveryState.LEASED)
        timeout.set()
        assert leased == count
        wait_until(lambda: sender.run_step(post) or count_in_states(post, DeliveryState.QUEUED) == count)
    with post.db.read() as session:
        assert session.scalars(select(Issue.state)).all() == [IssueState.PAUSED]
