"""Alarms reach the operator, once an hour at most, until they are acknowledged."""

from datetime import UTC, datetime, timedelta

import time_machine
from sqlalchemy import select

from carrel.audit import AuditEntry
from carrel.mail import alarms
from carrel.mail.models import Alarm
from carrel.mail.outbox_sender import OutboxSender
from carrel.services import Services
from tests.support.smtp import FakeMailServer

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def ring(post: Services, key: str = "queue", text: str = "The queue stands still.") -> None:
    with post.db.write() as session:
        alarms.raise_alarm(session, key, "The queue stands still", text)


def deliver(post: Services) -> None:
    delivery = OutboxSender()
    while alarms.run_step(post) or delivery.run_step(post):
        pass
    delivery.close()


def all_alarms(post: Services) -> list[Alarm]:
    with post.db.read() as session:
        return list(session.scalars(select(Alarm).order_by(Alarm.id)))


def test_an_alarm_is_mailed_to_the_operator(post: Services, mail_server: FakeMailServer) -> None:
    ring(post)
    deliver(post)
    (mail,) = mail_server.mails
    assert mail.to == "alarm@carrel.test"
    assert mail.message["Subject"] == "[Carrel] The queue stands still"
    assert "The queue stands still." in mail.text()
    assert "https://carrel.test/admin/" in mail.text("html")


def test_an_alarm_that_repeats_is_one_row_and_one_mail_an_hour(
    post: Services, mail_server: FakeMailServer
) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        for minute in range(0, 180, 10):
            time.move_to(NOON + timedelta(minutes=minute))
            ring(post)
            deliver(post)
    (alarm,) = all_alarms(post)
    assert (alarm.count, alarm.first_at) == (18, NOON)
    assert 3 <= len(mail_server.mails) <= 4
    assert "It happened" in mail_server.mails[-1].text()


def test_different_keys_are_different_alarms(post: Services, mail_server: FakeMailServer) -> None:
    ring(post, "one")
    ring(post, "two")
    deliver(post)
    assert len(mail_server.mails) == 2


def test_an_acknowledged_alarm_is_over_and_the_next_one_is_new(
    post: Services, mail_server: FakeMailServer
) -> None:
    ring(post)
    with post.db.write() as session:
        assert alarms.acknowledge(session, all_alarms(post)[0].id, "op@carrel.test")
        assert not alarms.acknowledge(session, all_alarms(post)[0].id, "op@carrel.test")
        assert session.scalars(select(AuditEntry.action)).all() == ["alarm.acknowledge"]
    deliver(post)
    assert mail_server.mails == []
    ring(post)
    assert [alarm.count for alarm in all_alarms(post)] == [1, 1]
    deliver(post)
    assert len(mail_server.mails) == 1


def test_without_an_address_for_alarms_the_row_stands_alone(post: Services) -> None:
    silent = Services(
        post.settings.model_copy(update={"alarm_email": ""}),
        post.db,
        post.signer,
        post.cache_version,
        post.page_cache,
    )
    ring(post)
    assert not alarms.run_step(silent)
    assert len(all_alarms(post)) == 1


def test_an_alarms_text_is_never_markup(post: Services, mail_server: FakeMailServer) -> None:
    ring(post, text="<script>alert(1)</script>")
    deliver(post)
    assert "<script>" not in mail_server.mails[0].text("html")
    assert "<script>alert(1)</script>" in mail_server.mails[0].text()
