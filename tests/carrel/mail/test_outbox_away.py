"""Workers that die and mail servers that are away: no mail of the outbox is lost, none goes twice."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update

from carrel import clock
from carrel.mail import maintenance, outbox, outbox_queue
from carrel.mail.message import Content
from carrel.mail.models import OutboxMail, OutboxState
from carrel.mail.outbox import NORMAL, URGENT, Priority
from carrel.mail.outbox_sender import OutboxSender
from carrel.mail.server import MailServer, Tls
from carrel.mail.smtp import SmtpConnection
from carrel.services import Services
from tests.support.outbox import ANNA, NOON, alarms, queue, row, run, step
from tests.support.smtp import FakeMailServer


def test_mf_06_a_worker_that_slept_past_its_lease_does_not_send(
    post: Services, mail_server: FakeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(post)
    monkeypatch.setattr(outbox_queue, "FIRST_LEASE", timedelta(seconds=-1))
    assert step(post)
    assert "DATA" not in mail_server.verbs
    assert row(post).state == OutboxState.LEASED


def test_a_lease_that_died_before_data_goes_back_into_the_queue(
    post: Services, mail_server: FakeMailServer
) -> None:
    queue(post)
    with post.db.write() as session:
        outbox_queue.lease(session)
    assert run(post) == 0
    with time_machine.travel(clock.now() + timedelta(minutes=4), tick=False):
        maintenance.run_step(post)
        assert run(post) == 1
    assert len(mail_server.mails) == 1


@pytest.mark.parametrize(
    ("priority", "state"), [(NORMAL, OutboxState.UNCERTAIN), (URGENT, OutboxState.QUEUED)]
)
def test_mail_04_a_lease_that_died_while_handing_over_is_uncertain(
    post: Services, priority: Priority, state: OutboxState
) -> None:
    queue(post, priority=priority)
    with post.db.write() as session:
        mail = outbox_queue.lease(session)
        assert mail
        assert outbox_queue.begin_sending(session, mail)
    maintenance.run_step(post)
    assert row(post).state == OutboxState.LEASED
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        maintenance.run_step(post)
    assert row(post).state == state
    assert alarms(post) == (["mail-uncertain"] if state == OutboxState.UNCERTAIN else [])


def test_a_late_reply_settles_an_uncertain_mail(post: Services) -> None:
    queue(post)
    with post.db.write() as session:
        mail = outbox_queue.lease(session)
        assert mail
        outbox_queue.begin_sending(session, mail)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        maintenance.run_step(post)
    with post.db.write() as session:
        outbox_queue.end(session, mail, OutboxState.SENT)
    assert row(post).state == OutboxState.SENT


def test_another_owners_mail_cannot_be_ended(post: Services) -> None:
    queue(post)
    with post.db.write() as session:
        mail = outbox_queue.lease(session)
    assert mail
    with post.db.write() as session:
        session.execute(update(OutboxMail).values(owner="somebody else"))
    with post.db.write() as session:
        outbox_queue.end(session, mail, OutboxState.SENT)
        assert not outbox_queue.begin_sending(session, mail)
    assert row(post).state == OutboxState.LEASED


def test_mf_10_while_the_server_is_away_mail_waits_and_no_try_is_lost(
    post: Services, mail_server: FakeMailServer
) -> None:
    mail_server.answer("CONNECT", "421 away", times=400)
    with time_machine.travel(NOON, tick=False) as time:
        queue(post)
        for _ in range(6 * 6):
            time.shift(timedelta(minutes=10))
            assert step(post)
        maintenance.run_step(post)
        with post.db.read() as session:
            assert outbox.is_delayed(session)
        assert (row(post).state, row(post).tries) == (OutboxState.QUEUED, 0)
        assert alarms(post) == ["mail-stuck"]
        mail_server.answer_as_usual("CONNECT")
        run(post)
        with post.db.read() as session:
            assert not outbox.is_delayed(session)
    assert len(mail_server.mails) == 1


def test_mf_10_a_sign_in_mail_does_not_outlive_its_link(post: Services, mail_server: FakeMailServer) -> None:
    mail_server.answer("CONNECT", "421 away", times=2)
    with time_machine.travel(NOON, tick=False) as time:
        queue(post, priority=URGENT, private=True)
        step(post)
        assert row(post).state == OutboxState.QUEUED
        time.shift(timedelta(minutes=10))
        step(post)
    assert (row(post).state, row(post).text) == (OutboxState.FAILED, "")


def test_a_server_that_is_away_is_not_asked_again_at_once(
    post: Services, mail_server: FakeMailServer
) -> None:
    mail_server.answer("CONNECT", "421 away", times=5)
    queue(post)
    delivery = OutboxSender()
    assert delivery.run_step(post)
    assert not delivery.run_step(post)
    assert mail_server.connections == 1


def test_mf_11_an_unsafe_server_gets_nothing_and_the_operator_hears_of_it(
    post: Services, mail_server: FakeMailServer
) -> None:
    queue(post)
    OutboxSender(unsafe).run_step(post)
    assert (row(post).state, alarms(post)) == (OutboxState.QUEUED, ["mail-server"])
    assert "MAIL" not in mail_server.verbs


def unsafe(server: MailServer) -> SmtpConnection:
    return SmtpConnection(replace(server, tls=Tls.STARTTLS))


def test_mf_31_a_mail_that_cannot_be_made_fails_and_the_next_one_goes(
    post: Services, mail_server: FakeMailServer
) -> None:
    bad = Content("tests/bad", "Hello\r\nBcc: eve@example.org", "t", "h")
    with post.db.write() as session:
        outbox.queue(session, key="bad", to=ANNA, mail=bad)
    queue(post, "good")
    run(post)
    assert (row(post, "bad").state, row(post, "good").state) == (OutboxState.FAILED, OutboxState.SENT)
    assert len(mail_server.mails) == 1
