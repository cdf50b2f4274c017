"""After a restoration no mail goes out twice, and a person who waits for a mail gets it."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from carrel import clock
from carrel.audit import AuditEntry
from carrel.mail import outbox, restore_hold
from carrel.mail.models import OutboxMail, OutboxState
from carrel.mail.outbox import NORMAL, URGENT, Priority
from carrel.mail.outbox_sender import OutboxSender
from carrel.services import Services
from tests.support.mail import HELLO
from tests.support.smtp import FakeMailServer

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def queue(post: Services, key: str, priority: Priority = NORMAL) -> None:
    with post.db.write() as session:
        outbox.queue(
            session, key=key, to="anna@example.org", mail=HELLO, priority=priority, private=priority is URGENT
        )


def hold(post: Services) -> None:
    with post.db.write() as session:
        restore_hold.start(session, backup_made_at=clock.now() - timedelta(hours=9))


def reconciled(post: Services) -> None:
    with post.db.write() as session:
        restore_hold.mark_reconciled(session)


def release(post: Services, *, skip: bool) -> int | None:
    with post.db.write() as session:
        return restore_hold.release(session, "the operator", skip=skip)


def send(post: Services) -> list[str]:
    """Let a worker send what may go; the keys of all that were sent so far."""
    with closing(OutboxSender()) as delivery:
        while delivery.run_step(post):
            pass
    with post.db.read() as session:
        return sorted(session.scalars(select(OutboxMail.key).where(OutboxMail.state == OutboxState.SENT)))


@pytest.fixture
def restored(post: Services) -> Services:
    """A backup holds two mails; it was restored at noon, and Stripe compared a minute later."""
    with time_machine.travel(NOON - MINUTE, tick=False):
        queue(post, "old")
        queue(post, "old code", URGENT)
    with time_machine.travel(NOON, tick=False):
        hold(post)
        queue(post, "found at Stripe")
    with time_machine.travel(NOON + MINUTE, tick=False):
        reconciled(post)
    with time_machine.travel(NOON + 2 * MINUTE, tick=False):
        queue(post, "new")
        queue(post, "new code", URGENT)
    return post


@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_data_12_while_mail_is_held_only_what_a_person_now_waits_for_goes(
    restored: Services, mail_server: FakeMailServer
) -> None:
    assert send(restored) == ["new code"]
    assert len(mail_server.mails) == 1


@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_data_12_skip_counts_what_may_have_gone_out_as_mailed(restored: Services) -> None:
    assert release(restored, skip=True) == 3
    assert send(restored) == ["new", "new code"]


@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_data_12_again_mails_it_but_never_an_old_code(restored: Services) -> None:
    assert release(restored, skip=False) == 1
    assert send(restored) == ["found at Stripe", "new", "new code", "old"]
    with restored.db.read() as session:
        old = session.scalars(select(OutboxMail).where(OutboxMail.key == "old code")).one()
    assert (old.state, old.text) == (OutboxState.SUPPRESSED, "")


def test_data_12_before_stripe_was_compared_nothing_can_be_decided(post: Services) -> None:
    queue(post, "old")
    hold(post)
    with pytest.raises(restore_hold.NotReconciledError):
        release(post, skip=True)
    assert send(post) == []


def test_the_decision_is_in_the_audit_log(post: Services) -> None:
    hold(post)
    reconciled(post)
    release(post, skip=True)
    assert release(post, skip=True) is None
    with post.db.read() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.after) == ("the operator", "mail.resume.skip", {"skipped": 0})
