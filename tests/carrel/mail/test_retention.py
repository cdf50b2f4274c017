"""What the outbox forgets, and when: addresses at an erasure, whose a row was, ended mails, seen alarms."""

from datetime import timedelta

import time_machine
from sqlalchemy import select

from carrel import clock
from carrel.mail import maintenance, outbox, suppression
from carrel.mail.alarms import acknowledge, raise_alarm
from carrel.mail.models import Alarm, OutboxMail, OutboxState, Suppression, SuppressionKind
from carrel.services import Services
from tests.support.outbox import ANNA, NOON, alarms, queue, row, run
from tests.support.smtp import FakeMailServer


def test_erasure_leaves_no_address_and_stops_what_waits(post: Services, mail_server: FakeMailServer) -> None:
    queue(post, "sent")
    run(post)
    queue(post, "waiting")
    queue(post, "bobs", to="bob@example.org")
    with post.db.write() as session:
        outbox.forget(session, "anna@example.org")
    run(post)
    assert [row(post, key).state for key in ("sent", "waiting", "bobs")] == ["sent", "suppressed", "sent"]
    for key in ("sent", "waiting"):
        mail = row(post, key)
        assert not any((mail.to_address, mail.to_key, mail.subject, mail.text, mail.html))
    assert [mail.to for mail in mail_server.mails] == [ANNA, "bob@example.org"]
    assert not queue(post, "waiting")


def test_data_21_after_a_month_a_row_forgets_whose_it_was(post: Services) -> None:
    queue(post, "old")
    run(post)
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        maintenance.run_step(post)
    mail = row(post, "old")
    assert (mail.state, mail.to_address, mail.to_key, mail.text, mail.subject) == (
        OutboxState.SENT,
        "",
        "",
        "",
        "",
    )
    assert not queue(post, "old")


def test_ended_mails_are_dropped_after_half_a_year(post: Services) -> None:
    queue(post, "old")
    run(post)
    with time_machine.travel(clock.now() + timedelta(days=181), tick=False):
        queue(post, "new")
        maintenance.run_step(post)
    with post.db.read() as session:
        assert list(session.scalars(select(OutboxMail.key))) == ["new"]


def test_data_21_why_an_address_bounced_is_forgotten_and_that_it_did_is_not(post: Services) -> None:
    with time_machine.travel(NOON, tick=False), post.db.write() as session:
        suppression.suppress(session, ANNA.lower(), SuppressionKind.BOUNCE, "550 no such user")
        suppression.suppress(session, ANNA.lower(), SuppressionKind.BY_HAND, "asked us by telephone")
    with time_machine.travel(NOON + timedelta(days=181), tick=False):
        maintenance.run_step(post)
    with post.db.read() as session:
        rows = session.execute(select(Suppression.kind, Suppression.note)).all()
    assert sorted(map(tuple, rows)) == [
        (SuppressionKind.BOUNCE, ""),
        (SuppressionKind.BY_HAND, "asked us by telephone"),
    ]


def test_an_alarm_that_was_seen_half_a_year_ago_goes_and_an_open_one_stays(post: Services) -> None:
    with time_machine.travel(NOON, tick=False), post.db.write() as session:
        raise_alarm(session, "seen", "Seen", "x")
        session.flush()
        acknowledge(session, session.scalars(select(Alarm.id)).one(), "somebody")
        raise_alarm(session, "open", "Open", "x")
    with time_machine.travel(NOON + timedelta(days=181), tick=False):
        maintenance.run_step(post)
    assert alarms(post) == ["open"]
