"""A mail server that says no, later, nothing or nonsense: each mail ends once, and the accounts add up."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from carrel import clock
from carrel.mail import outbox
from carrel.mail.models import Alarm
from carrel.mail.outbox_sender import OutboxSender as Transactional
from carrel.mail.server import MailServer, Tls
from carrel.mail.smtp import SmtpConnection
from carrel.services import Services
from newsletter.delivery import sweep
from newsletter.delivery.leases import RETRY
from newsletter.issues.models import Delivery, DeliveryState, IssueState
from newsletter.subscribers.models import Subscriber
from tests.support.digests import (
    count_in_states,
    count_states,
    digest_sender,
    expire_leases,
    make_all_due,
    put_issue,
    send_all,
    the_issue,
)
from tests.support.mail import HELLO
from tests.support.smtp import CLOSE, RESET, FakeMailServer
from website.worker import Step, Worker

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
FAULTS = {
    "MAIL": ["421 4.7.0 too many", "450 4.2.0 later", CLOSE],
    "RCPT": ["450 4.2.1 later", "554 5.7.1 not you", RESET],
    "DATA": ["451 4.3.0 later", CLOSE],
    "BODY": ["452 4.3.1 full", "554 5.6.0 spam", CLOSE],
}


def away(server: MailServer) -> SmtpConnection:
    return SmtpConnection(replace(server, port=9))


def unsafe(server: MailServer) -> SmtpConnection:
    return SmtpConnection(replace(server, tls=Tls.STARTTLS))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_mail_03_after_every_fault_the_accounts_add_up(
    post: Services, mail_server: FakeMailServer, seed: int
) -> None:
    chance = random.Random(seed)
    put_issue(post, 40)
    with digest_sender(post) as sender:
        for _round in range(12):
            verb = chance.choice(list(FAULTS))
            mail_server.answer(verb, 0.0, times=chance.randint(0, 4))
            mail_server.answer(verb, chance.choice(FAULTS[verb]))
            sender.run_step(post)
            with post.db.read() as session:
                count_states(session)  # asserts that they do
            sender.close()
            make_all_due(post)
    for _round in range(20):  # what is left of the script is used up
        make_all_due(post)
        send_all(post)

    arrived = [mail.to for mail in mail_server.mails]
    assert len(arrived) == len(set(arrived))
    with post.db.read() as session:
        counts = count_states(session)
        assert the_issue(session).state == IssueState.FINISHED
    assert counts["sent"] <= len(arrived) <= counts["sent"] + counts.get("uncertain", 0)


@pytest.mark.sweep
def test_mf_07_mail_21_after_a_421_it_backs_off_and_goes_on_with_the_next(
    post: Services, mail_server: FakeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "newsletter.delivery.sender.SHORTEST_REST_SECONDS", 300.0
    )  # a slow test is not enough
    put_issue(post, 60)
    mail_server.answer("MAIL", 0.0, times=25)
    mail_server.answer("MAIL", "421 4.7.0 too many, come back later", times=16)
    with digest_sender(post) as sender:
        sender.run_step(post)
        assert not sender.run_step(post)  # every connection rests
    first = [mail.to for mail in mail_server.mails]
    assert 25 <= len(first) <= 25 + post.settings.digest_connections

    while count_in_states(post, DeliveryState.QUEUED):
        make_all_due(post)
        send_all(post)

    arrived = [mail.to for mail in mail_server.mails]
    assert arrived[: len(first)] == first
    assert len(arrived) == len(set(arrived)) == 60


def test_mail_05_a_mail_that_is_put_off_is_tried_48_times_in_five_minute_steps(
    post: Services, mail_server: FakeMailServer
) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        put_issue(post, 1)
        with post.db.write() as session:
            session.execute(update(Delivery).values(tries=RETRY.tries - 10))
        mail_server.answer("RCPT", "450 4.2.1 later", times=1_000)
        gaps = []
        while count_in_states(post, DeliveryState.QUEUED):
            send_all(post)
            with post.db.read() as session:
                due_at = session.scalars(select(Delivery.due_at)).one()
            gaps.append((due_at - clock.now()).total_seconds())
            traveller.move_to(max(due_at, clock.now()))
        with post.db.read() as session:
            failed = session.scalars(select(Delivery)).one()
    assert (failed.state, failed.tries) == (DeliveryState.FAILED, RETRY.tries)
    assert failed.problem.startswith("given up after 48 tries: 450")
    assert all(240 <= gap <= 360 for gap in gaps[:-1])
    assert len(set(gaps)) == len(gaps) == 10  # jitter


def test_mail_05_a_day_after_its_issue_began_nothing_is_tried_any_more(
    post: Services, mail_server: FakeMailServer
) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        put_issue(post, 1)
        mail_server.answer("RCPT", "450 4.2.1 later")
        traveller.shift(timedelta(hours=23, minutes=57))
        send_all(post)
    with post.db.read() as session:
        assert count_states(session) == {"failed": 1}
        assert session.scalars(select(Delivery.problem)).one().startswith("given up after 1 tries: 450")


def test_mf_10_mail_06_while_the_server_is_away_for_hours_nothing_is_lost_and_the_operator_hears_of_it(
    post: Services, mail_server: FakeMailServer
) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        put_issue(post, 5)
        for _hour in range(6):
            with digest_sender(post, connect=away) as sender:
                sender.run_step(post)
            traveller.shift(timedelta(hours=1))
            expire_leases(post)
        with post.db.read() as session:
            assert count_states(session) == {"queued": 5}
            assert set(session.scalars(select(Delivery.tries))) == {0}
        send_all(post)
    assert len(mail_server.mails) == 5


def test_mail_05_a_server_that_is_away_for_a_day_makes_the_issue_ask(post: Services) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        put_issue(post, 2)
        traveller.shift(timedelta(hours=25))
        with digest_sender(post, connect=away) as sender:
            sender.run_step(post)
    with post.db.read() as session:
        assert the_issue(session).state == IssueState.PAUSED
        assert [alarm.key for alarm in session.scalars(select(Alarm))] == ["digest-waits:1"]


def test_mail_06_what_waits_for_more_than_an_hour_raises_an_alarm(post: Services) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        put_issue(post, 3)
        sweep.run_step(post)
        with post.db.read() as session:
            assert session.scalars(select(Alarm)).all() == []
        traveller.shift(timedelta(minutes=61))
        sweep.run_step(post)
    with post.db.read() as session:
        assert session.scalars(select(Alarm)).one().key == "digest-stuck:1"


def test_mf_11_an_unsafe_server_gets_no_digest_and_the_operator_hears_of_it(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 3)
    with digest_sender(post, connect=unsafe) as sender:
        sender.run_step(post)
    assert "MAIL" not in mail_server.verbs
    with post.db.read() as session:
        assert count_states(session) == {"queued": 3}
        assert set(session.scalars(select(Delivery.tries))) == {0}
        assert session.scalars(select(Alarm.key)).all() == ["mail-server"]


def test_mf_31_a_mail_that_cannot_be_made_for_one_fails_and_the_others_go(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 20)
    with post.db.write() as session:
        one = update(Subscriber).where(Subscriber.email_key == "reader-7@example.org")
        session.execute(one.values(email="no address at all"))

    send_all(post)

    with post.db.read() as session:
        assert count_states(session) == {"sent": 19, "failed": 1}
        problem = session.scalars(
            select(Delivery.problem).where(Delivery.state == DeliveryState.FAILED)
        ).one()
    assert problem.startswith("InvalidAddressError")
    assert "reader-7@example.org" not in {mail.to for mail in mail_server.mails}


@pytest.mark.sweep
def test_mail_22_what_somebody_waits_for_overtakes_a_digest_after_one_slice(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_issue(post, 200)
    mail_server.answer("BODY", 0.05, times=1_000)
    mail, digests = Transactional(), digest_sender(post)
    with digests as sender:
        worker = Worker(
            post, [Step("mail", mail.run_step, close=mail.close), Step("digests", sender.run_step)]
        )
        assert worker.turn()
        with post.db.write() as session:
            outbox.queue(session, key="k", to="anna@example.org", mail=HELLO, priority=outbox.URGENT)
        before = len(mail_server.mails)
        assert worker.turn()
        mail.close()
    position = [mail.to for mail in mail_server.mails].index("anna@example.org")
    assert position <= before + post.settings.digest_connections < 200
