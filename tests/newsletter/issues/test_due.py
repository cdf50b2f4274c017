"""Issues come once, when they are due."""

import threading
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from carrel import clock
from carrel.mail.models import Alarm
from carrel.services import Services, make_services
from newsletter.issues import due
from newsletter.issues.models import Issue, IssueState, ScheduleCursor
from newsletter.subscribers.models import Frequency
from tests.support.articles import put_article
from tests.support.digests import (
    SATURDAY,
    add_subscribers,
    deliver,
    put_pending_article,
    start_schedule,
    subjects,
    the_issue,
)
from tests.support.smtp import FakeMailServer

pytestmark = pytest.mark.usefixtures("travel")
Clock = time_machine.Traveller


def test_what_was_there_at_the_first_run_is_no_news(
    post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    with post.db.write() as session:
        for number in range(20):
            put_article(session, f"old-{number}", first_visible_at=SATURDAY - timedelta(days=3))
        add_subscribers(session, 3)

    deliver(post)
    travel.shift(60)
    deliver(post)

    assert mail_server.mails == []


def test_a_new_article_goes_out_at_once_to_those_who_want_each(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_pending_article(post, 3)

    deliver(post)

    assert sorted(mail.to for mail in mail_server.mails) == [f"reader-{n}@example.org" for n in range(3)]
    assert subjects(mail_server) == ["New"] * 3


def test_an_article_that_an_author_set_for_later_goes_out_then(
    post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    with post.db.write() as session:
        add_subscribers(session, 1)
    start_schedule(post)
    later = SATURDAY + timedelta(hours=5)
    with post.db.write() as session:
        put_article(session, "later", published=later, first_visible_at=later)

    deliver(post)
    assert mail_server.mails == []
    travel.move_to(later)
    deliver(post)

    assert len(mail_server.mails) == 1


def test_mail_27_a_daily_issue_goes_out_once_a_day_and_not_without_news(
    post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    put_pending_article(post, 1, Frequency.DAILY)
    deliver(post)
    assert mail_server.mails == []  # it is six o'clock

    for _hours in range(18):
        travel.shift(4 * 3600)
        deliver(post)

    assert subjects(mail_server) == ["New"]
    with post.db.read() as session:
        assert the_issue(session, state="finished", recipients=1).period == "2026-11-14"


def test_after_a_long_downtime_it_asks_instead_of_firing(
    post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    put_pending_article(post, 1, Frequency.WEEKLY)
    travel.shift(22 * 24 * 3600)

    deliver(post)

    assert mail_server.mails == []
    with post.db.read() as session:
        issue = the_issue(session, frequency=Frequency.WEEKLY)
        assert issue.state == IssueState.WAITING
        assert "never made" in issue.reason
        assert session.scalars(select(Alarm.subject)).all() == ["A digest is waiting for you"]


def test_an_article_that_is_days_old_when_it_is_seen_asks_as_well(
    post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    put_pending_article(post, 1)
    travel.shift(3 * 24 * 3600)

    deliver(post)

    assert mail_server.mails == []


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1)])
def test_mf_30_a_clock_that_jumps_makes_no_second_issue(
    post: Services, mail_server: FakeMailServer, travel: Clock, jump: timedelta
) -> None:
    put_pending_article(post, 1, Frequency.DAILY)
    travel.shift(2 * 3600)
    deliver(post)
    assert len(mail_server.mails) == 1

    for moment in (clock.now() + jump, clock.now() + timedelta(minutes=1), clock.now() + timedelta(days=1)):
        travel.move_to(moment)
        deliver(post)

    assert len(mail_server.mails) == 1


@pytest.mark.parametrize("frequency", [Frequency.EACH, Frequency.DAILY])
def test_mf_05_two_schedulers_in_the_same_second_make_one_issue(
    post: Services, travel: Clock, frequency: Frequency
) -> None:
    put_pending_article(post, 1, frequency)
    travel.shift(2 * 3600)
    at_once = threading.Barrier(4)

    def schedule() -> None:
        at_once.wait()
        with post.db.write() as session:
            due.make_due(session, post.settings, frequency, clock.now())

    threads = [threading.Thread(target=schedule) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with post.db.read() as session:
        assert session.scalars(select(func.count()).select_from(Issue)).one() == 1


def issues_made_at(post: Services, *moments: datetime) -> int:
    """How many daily issues there are after the scheduler has looked at these moments."""
    for moment in moments:
        with post.db.write() as session:
            due.make_due(session, post.settings, Frequency.DAILY, moment)
    with post.db.read() as session:
        return session.scalars(select(func.count()).select_from(Issue)).one()


def test_mf_30_a_period_before_the_newest_is_not_made_any_more(post: Services, travel: Clock) -> None:
    put_pending_article(post, 1, Frequency.DAILY)
    travel.shift(2 * 3600)
    tomorrow = clock.now() + timedelta(days=1)
    assert issues_made_at(post, tomorrow, clock.now()) == 1


def test_mf_05_a_period_whose_issue_is_there_has_no_second_one_though_its_mark_was_lost(
    post: Services, travel: Clock
) -> None:
    put_pending_article(post, 1, Frequency.DAILY)
    travel.shift(2 * 3600)
    assert issues_made_at(post, clock.now()) == 1
    with post.db.write() as session:
        session.execute(update(ScheduleCursor).values(due_at=clock.now() - timedelta(days=1)))
    assert issues_made_at(post, clock.now()) == 1


def test_the_worker_asks_for_postal_address_before_it_sends(
    post: Services, mail_server: FakeMailServer
) -> None:
    nameless = make_services(post.settings.model_copy(update={"postal_address": " "}))
    put_pending_article(nameless, 1)

    deliver(nameless)

    assert mail_server.mails == []
    with post.db.read() as session:
        assert "POSTAL_ADDRESS is missing" in the_issue(session).reason
        assert session.scalars(select(Alarm)).one().key == "digest-waits:1"
    nameless.db.close()
