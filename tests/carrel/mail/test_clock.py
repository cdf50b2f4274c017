"""The clock was a day ahead and is put right: mail does not wait for a day that was never there (DATA-23)."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from sqlalchemy import func, select

from carrel import clock
from carrel.mail import alarms, maintenance, outbox, outbox_queue, queue
from carrel.mail.models import OutboxMail
from carrel.mail.outbox import PRIORITIES, Priority
from carrel.mail.outbox_sender import OutboxSender
from carrel.services import Services
from tests.support.mail import HELLO
from tests.support.smtp import FakeMailServer

AHEAD, ALMOST_RIGHT = timedelta(days=1), timedelta(minutes=4)


def put_mail(post: Services, *, ahead: timedelta, is_taken: bool = False) -> None:
    """A mail, perhaps taken by a worker that died, by a clock that is ahead."""
    with time_machine.travel(clock.now() + ahead, tick=False), post.db.write() as session:
        outbox.queue(session, key="k", to="anna@example.org", mail=HELLO)
        assert not is_taken or outbox_queue.lease(session)


def sent(post: Services, mail_server: FakeMailServer) -> int:
    """How many mails leave after the minute's look."""
    maintenance.run_step(post)
    delivery = OutboxSender()
    while delivery.run_step(post):
        pass
    delivery.close()
    return len(mail_server.mails)


@pytest.mark.parametrize("is_taken", [False, True])
def test_data_23_a_mail_of_a_clock_that_was_a_day_ahead_goes_now(
    post: Services, mail_server: FakeMailServer, is_taken: bool
) -> None:
    put_mail(post, ahead=AHEAD, is_taken=is_taken)
    assert sent(post, mail_server) == 1


@pytest.mark.parametrize("priority", PRIORITIES.values(), ids=PRIORITIES)
def test_a_mail_that_is_put_off_for_as_long_as_can_be_is_left_alone(
    post: Services, monkeypatch: pytest.MonkeyPatch, priority: Priority
) -> None:
    monkeypatch.setattr(queue, "jitter", SimpleNamespace(uniform=lambda _sooner, later: later))
    right = clock.now()
    with time_machine.travel(right, tick=False), post.db.write() as session:
        outbox.queue(session, key="k", to="anna@example.org", mail=HELLO, priority=priority)
        mail = outbox_queue.lease(session)
        assert mail
        mail.tries = len(priority.retry.waits)
        assert outbox_queue.try_again(session, mail, "not now")
    with time_machine.travel(right - ALMOST_RIGHT, tick=False), post.db.write() as session:
        outbox_queue.sweep(session)
        put_off = timedelta(seconds=1.2 * max(priority.retry.waits))
        assert session.scalars(select(OutboxMail.due_at)).one() == right + put_off


@pytest.mark.parametrize(("ahead", "mails"), [(AHEAD, 2), (ALMOST_RIGHT, 1)])
def test_data_23_an_alarm_that_a_clock_ahead_has_mailed_is_not_silent_until_then(
    post: Services, ahead: timedelta, mails: int
) -> None:
    right = clock.now()
    for moment in (right + ahead, right, right):
        with time_machine.travel(moment, tick=False):
            with post.db.write() as session:
                alarms.raise_alarm(session, "queue", "The queue stands still", "Look at it.")
            alarms.run_step(post)
    with post.db.read() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMail)) == mails


def test_data_23_a_lease_of_a_clock_that_is_four_minutes_ahead_is_left_alone(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_mail(post, ahead=ALMOST_RIGHT, is_taken=True)
    assert sent(post, mail_server) == 0
