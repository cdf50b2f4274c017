"""What was rolled up never comes again: no digest brings what is below the floor."""

from datetime import datetime, timedelta

import time_machine
from sqlalchemy import select, update

from carrel import clock
from carrel.services import Services
from newsletter.issues import delivery_stats, floor
from newsletter.issues.models import (
    DeliveredArticle,
    Delivery,
    Issue,
    IssueArticle,
    IssueState,
    MailVariant,
    ScheduleCursor,
)
from newsletter.subscribers.models import Frequency
from tests.newsletter.rolling_up import MORE_THAN_A_YEAR, count_rows, roll_up_all
from tests.support.articles import put_article
from tests.support.digests import SATURDAY, add_subscribers, deliver, make_ready, start_schedule
from tests.support.smtp import FakeMailServer


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
