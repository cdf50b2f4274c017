"""Deliveries that were made over a year ago become totals: the numbers stay, and nobody gets anything twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

import pytest
import time_machine
from sqlalchemy import delete, func, select, update

from carrel import clock
from carrel.services import Services
from newsletter import roll_up
from newsletter.bounces.models import Bounce
from newsletter.issues import archive, delivery_stats, delivery_totals, floor, issue_mails
from newsletter.issues.delivery_stats import DeliveryStats
from newsletter.issues.models import (
    DeliveredArticle,
    Delivery,
    DeliveryState,
    Issue,
    IssueArticle,
    IssueState,
    MailVariant,
    ScheduleCursor,
)
from newsletter.mail_history import mail_history
from newsletter.subscribers import erasure
from newsletter.subscribers.models import Frequency, Subscriber
from tests.newsletter.issues.test_freezing import CrashError, crashing_at
from tests.support.articles import put_article
from tests.support.digests import SATURDAY, add_subscribers, deliver, make_ready, put_issue, start_schedule
from tests.support.newsletter import put_reader
from tests.support.smtp import FakeMailServer

MORE_THAN_A_YEAR = timedelta(days=370)
RECIPIENTS = 7


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    """It is Saturday, and time stands still until the test moves it."""
    with time_machine.travel(SATURDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def sent(post: Services, travel: time_machine.Traveller) -> Services:
    """An issue that seven readers were sent; one of them has the pass, and some of the mails ended otherwise."""
    put_issue(post, RECIPIENTS - 1)
    with post.db.write() as session:
        add_subscribers(session, 1, start=RECIPIENTS)
        put_reader(session, f"reader-{RECIPIENTS}@example.org", ad_free=True)
        session.execute(update(Issue).values(state=IssueState.DRAFT, frozen_through=0))
    deliver(post)
    with post.db.write() as session:
        for number, state in enumerate((DeliveryState.FAILED, DeliveryState.UNCERTAIN), 1):
            session.execute(update(Delivery).where(Delivery.id == last_id(post) - number).values(state=state))
        failed = select(Delivery.subscriber_id).where(Delivery.state == DeliveryState.FAILED)
        session.execute(delete(DeliveredArticle).where(DeliveredArticle.subscriber_id.in_(failed)))
    return post


def last_id(site: Services) -> int:
    with site.db.read() as session:
        return session.scalars(select(func.max(Delivery.id))).one()


def count_rows(site: Services, model: type) -> int:
    with site.db.read() as session:
        return session.scalars(select(func.count()).select_from(model)).one()


def roll_up_all(site: Services) -> None:
    for _ in range(20):
        roll_up.run_step(site)


def stats(site: Services, issue_id: int = 1) -> DeliveryStats:
    with site.db.read() as session:
        issue = session.get(Issue, issue_id)
        assert issue
        return delivery_stats.stats_of(session, issue)


def has_failed(site: Services) -> bool:
    """Whether the delivery that failed, which brought no article, is still there."""
    with site.db.read() as session:
        return session.scalars(select(Delivery.id).where(Delivery.state == "failed")).first() is not None


def readers(site: Services) -> list[tuple[str, int]]:
    with site.db.read() as session:
        return [(mail.variant.audience, mail.readers) for mail in issue_mails.kept_mails(session, 1)]


def test_the_numbers_of_an_issue_are_the_same_before_and_after(
    sent: Services, travel: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roll_up, "BATCH", 3)
    before, mails = stats(sent), readers(sent)
    assert (before.recipients, before.sent, before.failed, before.uncertain) == (RECIPIENTS, 5, 1, 1)

    travel.shift(MORE_THAN_A_YEAR)
    for rows in (4, 1, 0, 0):
        roll_up.run_step(sent)
        assert count_rows(sent, Delivery) == rows
        assert stats(sent) == before
        assert stats(sent).adds_up
        assert sorted(readers(sent)) == sorted(mails)
    with sent.db.read() as session:
        assert delivery_totals.count_by_state(session) == {"sent": 5, "failed": 1, "uncertain": 1}
        assert session.scalars(select(Issue.rolled_up_at)).one() == clock.now()
        assert archive.find(session, 1, clock.now())
    assert count_rows(sent, DeliveredArticle) == 0


def test_what_is_younger_than_a_year_and_what_is_not_over_stays(
    sent: Services, travel: time_machine.Traveller
) -> None:
    travel.shift(timedelta(days=364))
    roll_up_all(sent)
    assert count_rows(sent, Delivery) == RECIPIENTS

    with sent.db.write() as session:
        session.execute(
            update(Issue).values(state=IssueState.PAUSED, finished_at=None, send_until=clock.now())
        )
    travel.shift(MORE_THAN_A_YEAR)
    roll_up_all(sent)
    assert count_rows(sent, Delivery) == RECIPIENTS


def test_a_crash_at_any_statement_loses_no_delivery_and_counts_none_twice(
    sent: Services, travel: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roll_up, "BATCH", 3)
    before, mails, crashes = stats(sent), sorted(readers(sent)), 0
    travel.shift(MORE_THAN_A_YEAR)
    while count_rows(sent, Delivery):
        for statement in count(1):
            try:
                with crashing_at(sent, statement):
                    roll_up.run_step(sent)
                break
            except CrashError:
                crashes += 1
            assert stats(sent) == before
            assert sorted(readers(sent)) == mails
            assert count_rows(sent, DeliveredArticle) == count_rows(sent, Delivery) - has_failed(sent)

    assert crashes > 20
    assert stats(sent) == before


def test_the_delivery_of_an_erased_subscriber_counts_too(
    sent: Services, travel: time_machine.Traveller
) -> None:
    before = stats(sent)
    with sent.db.write() as session:
        assert erasure.erase(session, "reader-0@example.org")
    travel.shift(MORE_THAN_A_YEAR)
    roll_up_all(sent)
    assert (count_rows(sent, Delivery), stats(sent)) == (0, before)
    with sent.db.write() as session:
        assert erasure.erase(session, "reader-1@example.org")
        subscriber = session.scalars(
            select(Subscriber).where(Subscriber.email == "reader-2@example.org")
        ).one()
        assert mail_history(session, subscriber) == []
    assert stats(sent) == before


def test_what_came_back_stays_until_its_bounce_is_forgotten(
    sent: Services, travel: time_machine.Traveller
) -> None:
    before = stats(sent)
    values = {
        "key": "x",
        "kind": "hard",
        "source": "x",
        "address_hash": b"x" * 32,
        "received_at": clock.now(),
    }
    with sent.db.write() as session:
        session.add(Bounce(**values, delivery_id=last_id(sent), issue_id=1))
    travel.shift(MORE_THAN_A_YEAR)
    roll_up_all(sent)
    assert (count_rows(sent, Delivery), stats(sent)) == (1, before)

    with sent.db.write() as session:
        session.execute(update(Bounce).values(delivery_id=None))
    roll_up_all(sent)
    assert (count_rows(sent, Delivery), stats(sent)) == (0, before)


def test_of_its_mails_the_one_that_most_got_stays_for_each_audience(
    sent: Services, travel: time_machine.Traveller
) -> None:
    with sent.db.write() as session:
        rare = MailVariant(issue_id=1, audience="guest", articles="99", subject="s", text="t", html="h")
        session.add(rare)
        session.flush()
        session.execute(update(Delivery).where(Delivery.id == last_id(sent) - 3).values(variant_id=rare.id))
    travel.shift(MORE_THAN_A_YEAR)
    roll_up_all(sent)
    assert sorted(readers(sent)) == [("guest", RECIPIENTS - 2), ("pass", 1)]
    with sent.db.read() as session:
        assert session.scalars(select(MailVariant.rolled_up).where(MailVariant.html.is_(None))).all() == [1]


def test_a_clock_that_runs_ahead_and_back_makes_nobody_get_an_article_twice(
    post: Services, mail_server: FakeMailServer, travel: time_machine.Traveller
) -> None:
    with post.db.write() as session:
        add_subscribers(session, 2, frequency=Frequency.WEEKLY)
    start_schedule(post)
    with post.db.write() as session:
        put_article(session, "first", first_visible_at=clock.now())
    travel.shift(timedelta(days=7))
    deliver(post)
    assert len(mail_server.mails) == 2

    today = clock.now()
    travel.shift(MORE_THAN_A_YEAR)
    roll_up_all(post)
    assert count_rows(post, DeliveredArticle) == 0
    travel.move_to(today)
    with post.db.write() as session:
        put_article(session, "second", first_visible_at=clock.now())
    travel.shift(timedelta(days=7))
    deliver(post)

    assert [str(mail.message["Subject"]).count("First") for mail in mail_server.mails] == [1, 1, 0, 0]


def test_an_issue_whose_readers_are_gathered_again_brings_nothing_that_was_rolled_up(
    sent: Services, travel: time_machine.Traveller
) -> None:
    travel.shift(MORE_THAN_A_YEAR)
    roll_up_all(sent)
    with sent.db.write() as session:
        again = {"state": IssueState.DRAFT, "frozen_through": 0, "finished_at": None}
        session.execute(update(Issue).values(again))
    make_ready(sent)
    assert count_rows(sent, DeliveredArticle) == count_rows(sent, Delivery) == 0


def test_what_failed_is_not_tried_again_when_another_issue_may_have_brought_it(
    sent: Services, travel: time_machine.Traveller
) -> None:
    with sent.db.read() as session:
        failed = session.scalars(select(Delivery.subscriber_id).where(Delivery.state == "failed")).one()
    assert failed
    travel.shift(timedelta(days=2))
    another_issue(sent, failed)
    with sent.db.write() as session:  # only the other one is over for a year
        session.execute(update(Issue).where(Issue.id == 1).values(finished_at=clock.now() + MORE_THAN_A_YEAR))
    travel.shift(MORE_THAN_A_YEAR)
    roll_up_all(sent)
    with sent.db.write() as session:
        assert session.scalars(select(Issue.rolled_up_at).where(Issue.id == 2)).one()
        assert delivery_stats.retry_failed(session, 1, "olga") == 0


def another_issue(site: Services, subscriber_id: int) -> None:
    """One that brings the first one's article to whom it did not reach."""
    with site.db.write() as session:
        first = session.scalars(select(Issue)).one()
        values = {name: getattr(first, name) for name in ("frequency", "state", "due_at", "created_at")}
        times = {
            name: getattr(first, name) for name in ("frozen_at", "started_at", "send_until", "finished_at")
        }
        session.add(Issue(id=2, period="another", recipients=1, **values, **times))
        session.flush()
        article_id = session.scalars(select(DeliveredArticle.article_id).limit(1)).one()
        session.add_all(
            [
                IssueArticle(issue_id=2, article_id=article_id),
                MailVariant(id=99, issue_id=2, audience="guest", articles=str(article_id)),
            ]
        )
        session.flush()
        ended = {"due_at": first.due_at, "begun_at": first.due_at, "ended_at": first.due_at}
        session.add_all(
            [
                Delivery(issue_id=2, subscriber_id=subscriber_id, variant_id=99, state="sent", **ended),
                DeliveredArticle(issue_id=2, subscriber_id=subscriber_id, article_id=article_id),
            ]
        )


def floors(site: Services) -> set[datetime]:
    with site.db.read() as session:
        return set(session.scalars(select(ScheduleCursor.floor_at)))


def test_the_floor_rises_to_the_newest_article_that_was_rolled_up_and_never_falls(
    sent: Services, travel: time_machine.Traveller
) -> None:
    travel.shift(MORE_THAN_A_YEAR)
    roll_up_all(sent)
    assert floors(sent) == {SATURDAY}
    with sent.db.write() as session:
        floor.raise_floor(session, SATURDAY - timedelta(days=1))
    assert floors(sent) == {SATURDAY}
