"""Deliveries that were made over a year ago become totals: the numbers stay, and nobody is lost or counted twice."""

from datetime import timedelta
from itertools import count

import pytest
import time_machine
from sqlalchemy import select, update

from carrel import clock
from carrel.services import Services
from newsletter import roll_up
from newsletter.bounces.models import Bounce
from newsletter.issues import archive, delivery_stats, delivery_totals, issue_mails
from newsletter.issues.delivery_stats import DeliveryStats
from newsletter.issues.models import DeliveredArticle, Delivery, Issue, IssueState, MailVariant
from newsletter.mail_history import mail_history
from newsletter.subscribers import erasure
from newsletter.subscribers.models import Subscriber
from tests.newsletter.issues.test_freezing import CrashError, crashing_at
from tests.newsletter.rolling_up import (
    MORE_THAN_A_YEAR,
    RECIPIENTS,
    count_rows,
    last_id,
    roll_up_all,
)


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
