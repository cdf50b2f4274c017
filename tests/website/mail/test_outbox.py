"""The outbox: a row for each cause, sent once, whatever happens on the way."""

import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from tests.support.mail import HELLO
from tests.support.smtp import FakeMailServer
from website import clock
from website.mail import claims, outbox, suppression, watch
from website.mail.addresses import BadAddress
from website.mail.alarms import acknowledge, raise_alarm
from website.mail.delivery import Delivery
from website.mail.message import Content
from website.mail.models import Alarm, Kind, OutboxMail, State, Suppression
from website.mail.outbox import ASKED, USUAL, Pace
from website.mail.server import MailServer, Tls
from website.mail.smtp import SmtpConnection
from website.web.services import Services

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANNA = "Anna@example.org"


def queue(post: Services, key: str = "k", pace: Pace = USUAL, private: bool = False, to: str = ANNA) -> bool:
    with post.db.write() as session:
        return outbox.queue(session, key=key, to=to, mail=HELLO, pace=pace, private=private)


def row(post: Services, key: str = "k") -> OutboxMail:
    with post.db.read() as session:
        return session.scalars(select(OutboxMail).where(OutboxMail.key == key)).one()


def alarms(post: Services) -> list[str]:
    with post.db.read() as session:
        return list(session.scalars(select(Alarm.key)))


def run(post: Services, turns: int = 50) -> int:
    """Let a worker send what is due now; how often it found something."""
    with closing(Delivery()) as delivery:
        done = 0
        while done < turns and delivery.handle_one(post):
            done += 1
    assert done < turns
    return done


def step(post: Services) -> bool:
    """Let a fresh worker do one turn."""
    with closing(Delivery()) as delivery:
        return delivery.handle_one(post)


def test_a_queued_mail_is_sent_once(post: Services, mail_server: FakeMailServer) -> None:
    assert queue(post)
    assert run(post) == 1
    (mail,) = mail_server.mails
    assert (mail.to, mail.message["Subject"], mail.text().strip()) == (ANNA, "Hello", "Hello Anna.")
    assert row(post).state == State.SENT


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
    with pytest.raises(BadAddress):
        queue(post, to="nobody")


def test_the_database_knows_the_states(post: Services) -> None:
    queue(post)
    with pytest.raises(DBAPIError), post.db.write() as session:
        session.execute(update(OutboxMail).values(state="gone"))


def test_mail_02_of_four_workers_one_claims_a_mail(post: Services) -> None:
    for n in range(20):
        queue(post, f"k{n}")
    claimed: list[int] = []

    def work() -> None:
        while True:
            with post.db.write() as session:
                mail = claims.claim(session)
            if mail is None:
                return
            claimed.append(mail.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 20


def test_mail_22_what_somebody_waits_for_goes_first(post: Services, mail_server: FakeMailServer) -> None:
    for n in range(5):
        queue(post, f"usual{n}", to=f"r{n}@example.org")
    queue(post, "asked", ASKED)
    run(post)
    assert mail_server.mails[0].to == ANNA


def test_a_private_mail_leaves_no_token_behind(post: Services) -> None:
    queue(post, private=True)
    run(post)
    kept = row(post)
    assert (kept.state, kept.text, kept.html, kept.to_address, kept.to_key) == (State.SENT, "", "", "", "")


def test_mail_04_the_message_id_is_the_same_at_every_try(post: Services, mail_server: FakeMailServer) -> None:
    mail_server.close_after_data()
    with time_machine.travel(NOON, tick=False) as time:
        queue(post, pace=ASKED)
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
    assert row(post).state == State.UNCERTAIN
    assert run(post) == 0
    assert len(mail_server.mails) == 1


@pytest.mark.parametrize(("pace", "tries"), [(ASKED, 5), (USUAL, 48)])
def test_mail_05_a_4xx_is_tried_so_often_and_then_given_up(
    post: Services, mail_server: FakeMailServer, pace: Pace, tries: int
) -> None:
    mail_server.answer("RCPT", "450 4.2.0 greylisted", times=1000)
    with time_machine.travel(NOON, tick=False) as time:
        queue(post, pace=pace)
        while row(post).state == State.QUEUED:
            time.move_to(row(post).due_at)
            run(post)
        assert clock.now() - NOON < (timedelta(minutes=10) if pace is ASKED else timedelta(hours=6))
    assert row(post).state == State.FAILED
    assert mail_server.verbs.count("RCPT") == tries
    assert alarms(post) == ["mail-failed"]


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
    queue(post, "asked", ASKED)
    run(post)
    # What the person asks for goes out nevertheless (MAIL-19), and first: it met the 550 here.
    assert [row(post, key).state for key in ("asked", "first", "second")] == [
        State.FAILED,
        State.SUPPRESSED,
        State.SUPPRESSED,
    ]
    assert alarms(post) == []


def test_mail_05_another_5xx_fails_at_once_and_is_told(post: Services, mail_server: FakeMailServer) -> None:
    mail_server.answer("MAIL", "550 5.7.515 not authenticated")
    queue(post)
    run(post)
    assert (row(post).state, row(post).tries) == (State.FAILED, 1)
    assert alarms(post) == ["mail-failed"]


def test_decision_17_a_newsletter_suppression_stops_no_receipt(
    post: Services, mail_server: FakeMailServer
) -> None:
    with post.db.write() as session:
        suppression.suppress(session, "anna@example.org", Kind.NEWSLETTER)
        suppression.suppress(session, "anna@example.org", Kind.COMPLAINT)
    queue(post)
    run(post)
    assert len(mail_server.mails) == 1


def test_mail_07_suppression_is_asked_when_the_mail_is_sent(
    post: Services, mail_server: FakeMailServer
) -> None:
    queue(post)
    with post.db.write() as session:
        suppression.suppress(session, "anna@example.org", Kind.BOUNCE)
    run(post)
    assert (row(post).state, mail_server.mails) == (State.SUPPRESSED, [])


def test_mf_06_a_worker_that_slept_past_its_lease_does_not_send(
    post: Services, mail_server: FakeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(post)
    monkeypatch.setattr(claims, "CLAIM_LEASE", timedelta(seconds=-1))
    assert step(post)
    assert "DATA" not in mail_server.verbs
    assert row(post).state == State.CLAIMED


def test_a_claim_that_died_before_data_goes_back_into_the_queue(
    post: Services, mail_server: FakeMailServer
) -> None:
    queue(post)
    with post.db.write() as session:
        claims.claim(session)
    assert run(post) == 0
    with time_machine.travel(clock.now() + timedelta(minutes=4), tick=False):
        watch.handle_one(post)
        assert run(post) == 1
    assert len(mail_server.mails) == 1


@pytest.mark.parametrize(("pace", "state"), [(USUAL, State.UNCERTAIN), (ASKED, State.QUEUED)])
def test_mail_04_a_claim_that_died_while_handing_over_is_uncertain(
    post: Services, pace: Pace, state: State
) -> None:
    queue(post, pace=pace)
    with post.db.write() as session:
        mail = claims.claim(session)
        assert mail
        assert claims.begin_handing_over(session, mail)
    watch.handle_one(post)
    assert row(post).state == State.CLAIMED
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        watch.handle_one(post)
    assert row(post).state == state
    assert alarms(post) == (["mail-uncertain"] if state == State.UNCERTAIN else [])


def test_a_late_reply_settles_an_uncertain_mail(post: Services) -> None:
    queue(post)
    with post.db.write() as session:
        mail = claims.claim(session)
        assert mail
        claims.begin_handing_over(session, mail)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        watch.handle_one(post)
    with post.db.write() as session:
        claims.end(session, mail, State.SENT)
    assert row(post).state == State.SENT


def test_another_owners_mail_cannot_be_ended(post: Services) -> None:
    queue(post)
    with post.db.write() as session:
        mine = claims.claim(session)
    assert mine
    with post.db.write() as session:
        session.execute(update(OutboxMail).values(owner="somebody else"))
    with post.db.write() as session:
        claims.end(session, mine, State.SENT)
        assert not claims.begin_handing_over(session, mine)
    assert row(post).state == State.CLAIMED


def test_mf_10_while_the_server_is_away_mail_waits_and_no_try_is_lost(
    post: Services, mail_server: FakeMailServer
) -> None:
    mail_server.answer("CONNECT", "421 away", times=400)
    with time_machine.travel(NOON, tick=False) as time:
        queue(post)
        for _ in range(6 * 6):
            time.shift(timedelta(minutes=10))
            assert step(post)
        watch.handle_one(post)
        with post.db.read() as session:
            assert outbox.is_delayed(session)
        assert (row(post).state, row(post).tries) == (State.QUEUED, 0)
        assert alarms(post) == ["mail-stuck"]
        mail_server._script["CONNECT"].clear()
        run(post)
        with post.db.read() as session:
            assert not outbox.is_delayed(session)
    assert len(mail_server.mails) == 1


def test_mf_10_a_sign_in_mail_does_not_outlive_its_link(post: Services, mail_server: FakeMailServer) -> None:
    mail_server.answer("CONNECT", "421 away", times=2)
    with time_machine.travel(NOON, tick=False) as time:
        queue(post, pace=ASKED, private=True)
        step(post)
        assert row(post).state == State.QUEUED
        time.shift(timedelta(minutes=10))
        step(post)
    assert (row(post).state, row(post).text) == (State.FAILED, "")


def test_a_server_that_is_away_is_not_asked_again_at_once(
    post: Services, mail_server: FakeMailServer
) -> None:
    mail_server.answer("CONNECT", "421 away", times=5)
    queue(post)
    delivery = Delivery()
    assert delivery.handle_one(post)
    assert not delivery.handle_one(post)
    assert mail_server.connections == 1


def test_mf_11_an_unsafe_server_gets_nothing_and_the_operator_hears_of_it(
    post: Services, mail_server: FakeMailServer
) -> None:
    queue(post)
    Delivery(unsafe).handle_one(post)
    assert (row(post).state, alarms(post)) == (State.QUEUED, ["mail-server"])
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
    assert (row(post, "bad").state, row(post, "good").state) == (State.FAILED, State.SENT)
    assert len(mail_server.mails) == 1


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
        kept = row(post, key)
        assert not any((kept.to_address, kept.to_key, kept.subject, kept.text, kept.html))
    assert [mail.to for mail in mail_server.mails] == [ANNA, "bob@example.org"]
    assert not queue(post, "waiting")


def test_data_21_after_a_month_a_row_forgets_whose_it_was(post: Services) -> None:
    queue(post, "old")
    run(post)
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        watch.handle_one(post)
    kept = row(post, "old")
    assert (kept.state, kept.to_address, kept.to_key, kept.text, kept.subject) == (State.SENT, "", "", "", "")
    assert not queue(post, "old")


def test_ended_mails_are_dropped_after_half_a_year(post: Services) -> None:
    queue(post, "old")
    run(post)
    with time_machine.travel(clock.now() + timedelta(days=181), tick=False):
        queue(post, "new")
        watch.handle_one(post)
    with post.db.read() as session:
        assert list(session.scalars(select(OutboxMail.key))) == ["new"]


def test_data_21_why_an_address_bounced_is_forgotten_and_that_it_did_is_not(post: Services) -> None:
    with time_machine.travel(NOON, tick=False), post.db.write() as session:
        suppression.suppress(session, ANNA.lower(), Kind.BOUNCE, "550 no such user")
        suppression.suppress(session, ANNA.lower(), Kind.BY_HAND, "asked us by telephone")
    with time_machine.travel(NOON + timedelta(days=181), tick=False):
        watch.handle_one(post)
    with post.db.read() as session:
        rows = session.execute(select(Suppression.kind, Suppression.note)).all()
    assert sorted(map(tuple, rows)) == [(Kind.BOUNCE, ""), (Kind.BY_HAND, "asked us by telephone")]


def test_an_alarm_that_was_seen_half_a_year_ago_goes_and_an_open_one_stays(post: Services) -> None:
    with time_machine.travel(NOON, tick=False), post.db.write() as session:
        raise_alarm(session, "seen", "Seen", "x")
        session.flush()
        acknowledge(session, session.scalars(select(Alarm.id)).one(), "somebody")
        raise_alarm(session, "open", "Open", "x")
    with time_machine.travel(NOON + timedelta(days=181), tick=False):
        watch.handle_one(post)
    assert alarms(post) == ["open"]
