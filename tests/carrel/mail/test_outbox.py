"""The outbox: a row for each cause, sent once, whatever happens on the way."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from carrel import clock
from carrel.mail import outbox, outbox_queue, suppression
from carrel.mail.addresses import InvalidAddressError
from carrel.mail.models import OutboxMail, OutboxState, SuppressionKind
from carrel.mail.outbox import NORMAL, URGENT, Priority
from carrel.services import Services
from tests.support.mail import HELLO
from tests.support.outbox import ANNA, NOON, alarms, queue, row, run
from tests.support.smtp import FakeMailServer


def test_a_queued_mail_is_sent_once(post: Services, mail_server: FakeMailServer) -> None:
    assert queue(post)
    assert run(post) == 1
    (mail,) = mail_server.mails
    assert (mail.to, mail.message["Subject"], mail.text().strip()) == (ANNA, "Hello", "Hello Anna.")
    assert row(post).state == OutboxState.SENT


def test_a_key_is_queued_once(post: Services, mail_server: FakeMailServer) -> None:
    assert queue(post, "purchase:1")
    assert not queue(post, "purchase:1")
    run(post)
    assert not queue(post, "purchase:1")
    run(post)
    assert len(mail_server.mails) == 1


def test_a_mail_of_a_rolled_back_cause_is_not_sent(post: Services, mail_server: FakeMailServer) -> None:
    with pytest.raises(ZeroDivisionError), post.db.write() as session:
        outbox.queue(session, key="k", to=ANNA, mail=HELLO)
        _ = 1 / 0
    assert run(post) == 0
    assert mail_server.mails == []


def test_no_address_no_mail(post: Services) -> None:
    with pytest.raises(InvalidAddressError):
        queue(post, to="nobody")


def test_the_database_knows_the_states(post: Services) -> None:
    queue(post)
    with pytest.raises(DBAPIError), post.db.write() as session:
        session.execute(update(OutboxMail).values(state="gone"))


def test_mail_02_of_four_workers_one_leases_a_mail(post: Services) -> None:
    for n in range(20):
        queue(post, f"k{n}")
    leased: list[int] = []

    def work() -> None:
        while True:
            with post.db.write() as session:
                mail = outbox_queue.lease(session)
            if mail is None:
                return
            leased.append(mail.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(leased) == len(set(leased)) == 20


def test_mail_22_what_somebody_waits_for_goes_first(post: Services, mail_server: FakeMailServer) -> None:
    for n in range(5):
        queue(post, f"usual{n}", to=f"r{n}@example.org")
    queue(post, "asked", URGENT)
    run(post)
    assert mail_server.mails[0].to == ANNA


def test_a_private_mail_leaves_no_token_behind(post: Services) -> None:
    queue(post, private=True)
    run(post)
    mail = row(post)
    assert (mail.state, mail.text, mail.html, mail.to_address, mail.to_key) == (
        OutboxState.SENT,
        "",
        "",
        "",
        "",
    )


def test_mail_04_the_message_id_is_the_same_at_every_try(post: Services, mail_server: FakeMailServer) -> None:
    mail_server.close_after_data()
    with time_machine.travel(NOON, tick=False) as time:
        queue(post, priority=URGENT)
        run(post)
        time.shift(timedelta(minutes=1))
        run(post)
    first, second = (mail.message["Message-ID"] for mail in mail_server.mails)
    assert first == second
    assert first.endswith("@carrel.test>")


def test_mail_04_a_lost_reply_makes_a_notice_uncertain(post: Services, mail_server: FakeMailServer) -> None:
    mail_server.close_after_data()
    queue(post)
    assert run(post) == 1
    assert row(post).state == OutboxState.UNCERTAIN
    assert run(post) == 0
    assert len(mail_server.mails) == 1


@pytest.mark.sweep
@pytest.mark.parametrize(("priority", "tries"), [(URGENT, 5), (NORMAL, 48)])
def test_mail_05_a_4xx_is_tried_so_often_and_then_given_up(
    post: Services, mail_server: FakeMailServer, priority: Priority, tries: int
) -> None:
    mail_server.answer("RCPT", "450 4.2.0 greylisted", times=1000)
    with time_machine.travel(NOON, tick=False) as time:
        queue(post, priority=priority)
        while row(post).state == OutboxState.QUEUED:
            time.move_to(row(post).due_at)
            run(post)
        assert clock.now() - NOON < (timedelta(minutes=10) if priority is URGENT else timedelta(hours=6))
    assert row(post).state == OutboxState.FAILED
    assert mail_server.verbs.count("RCPT") == tries
    assert alarms(post) == ["mail-failed"]


@pytest.mark.sweep
def test_mail_05_the_steps_are_five_minutes_with_jitter(post: Services, mail_server: FakeMailServer) -> None:
    mail_server.answer("RCPT", "450 later", times=20)
    with time_machine.travel(NOON, tick=False):
        for n in range(20):
            queue(post, f"k{n}", to=f"r{n}@example.org")
        run(post)
    waits = [(row(post, f"k{n}").due_at - NOON).total_seconds() for n in range(20)]
    assert 240 <= min(waits) < max(waits) <= 360


def test_mf_12_an_unknown_user_fails_once_and_is_suppressed(
    post: Services, mail_server: FakeMailServer
) -> None:
    mail_server.answer("RCPT", "550 5.1.1 no such user")
    queue(post, "first")
    queue(post, "second")
    queue(post, "asked", URGENT)
    run(post)
    # What the person asks for goes out nevertheless (MAIL-19), and first: it met the 550 here.
    assert [row(post, key).state for key in ("asked", "first", "second")] == [
        OutboxState.FAILED,
        OutboxState.SUPPRESSED,
        OutboxState.SUPPRESSED,
    ]
    assert alarms(post) == []


def test_mail_05_another_5xx_fails_at_once_and_is_told(post: Services, mail_server: FakeMailServer) -> None:
    mail_server.answer("MAIL", "550 5.7.515 not authenticated")
    queue(post)
    run(post)
    assert (row(post).state, row(post).tries) == (OutboxState.FAILED, 1)
    assert alarms(post) == ["mail-failed"]


def test_decision_17_a_newsletter_suppression_stops_no_receipt(
    post: Services, mail_server: FakeMailServer
) -> None:
    with post.db.write() as session:
        suppression.suppress(session, "anna@example.org", SuppressionKind.NEWSLETTER)
        suppression.suppress(session, "anna@example.org", SuppressionKind.COMPLAINT)
    queue(post)
    run(post)
    assert len(mail_server.mails) == 1


def test_mail_07_suppression_is_asked_when_the_mail_is_sent(
    post: Services, mail_server: FakeMailServer
) -> None:
    queue(post)
    with post.db.write() as session:
        suppression.suppress(session, "anna@example.org", SuppressionKind.BOUNCE)
    run(post)
    assert (row(post).state, mail_server.mails) == (OutboxState.SUPPRESSED, [])
