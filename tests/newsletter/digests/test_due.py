"""Issues come once, when they are due, with what is new for each reader."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from articles.models import Article
from newsletter.digests import due, freezing
from newsletter.digests.models import Delivery, Issue, IssueState, PaceMark, Rendering
from newsletter.subscribers.models import Pace, Subscriber, Subscription
from tests.support.articles import put_article, put_topic
from tests.support.digests import begin, deliver, make_ready, put_readers, send_all, states, the_issue
from tests.support.newsletter import put_reader, put_subscriber
from tests.support.smtp import FakeMailServer
from website import clock
from website.mail.models import Alarm
from website.settings import Settings
from website.web.services import Services, make_services

SATURDAY = datetime(2026, 11, 14, 6, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(SATURDAY, tick=False) as traveller:
        yield traveller


Clock = time_machine.Traveller


def readers_and_article(post: Services, pace: Pace, count: int = 1) -> None:
    with post.db.write() as session:
        put_readers(session, count, pace=pace)
    begin(post)
    with post.db.write() as session:
        put_article(session, "new")


def subjects(mail_server: FakeMailServer) -> list[str]:
    return [str(mail.message["Subject"]) for mail in mail_server.mails]


def test_what_was_there_at_the_first_run_is_no_news(
    post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    with post.db.write() as session:
        for number in range(20):
            put_article(session, f"old-{number}", first_visible_at=SATURDAY - timedelta(days=3))
        put_readers(session, 3)

    deliver(post)
    travel.shift(60)
    deliver(post)

    assert mail_server.mails == []


def test_a_new_article_goes_out_at_once_to_those_who_want_each(
    post: Services, mail_server: FakeMailServer
) -> None:
    readers_and_article(post, Pace.EACH, 3)

    deliver(post)

    assert sorted(mail.to for mail in mail_server.mails) == [f"reader-{n}@example.org" for n in range(3)]
    assert subjects(mail_server) == ["New"] * 3


def test_an_article_that_an_author_set_for_later_goes_out_then(
    post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    with post.db.write() as session:
        put_readers(session, 1)
    begin(post)
    later = SATURDAY + timedelta(hours=5)
    with post.db.write() as session:
        put_article(session, "later", published=later, first_visible_at=later)

    deliver(post)
    assert mail_server.mails == []
    travel.move_to(later)
    deliver(post)

    assert len(mail_server.mails) == 1


def test_five_new_articles_are_five_mails_and_six_are_one(
    post: Services, mail_server: FakeMailServer
) -> None:
    with post.db.write() as session:
        put_readers(session, 1)
    begin(post)
    with post.db.write() as session:
        for number in range(5):
            put_article(session, f"few-{number}")
    deliver(post)
    assert subjects(mail_server) == [f"Few {number}" for number in range(5)]

    with post.db.write() as session:
        for number in range(6):
            put_article(session, f"many-{number}")
    deliver(post)

    assert subjects(mail_server)[5:] == ["Many 0 (and 5 more)"]


def test_mail_27_a_daily_issue_goes_out_once_a_day_and_not_without_news(
    post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    readers_and_article(post, Pace.DAILY)
    deliver(post)
    assert mail_server.mails == []  # it is six o'clock

    for _hours in range(18):
        travel.shift(4 * 3600)
        deliver(post)

    assert subjects(mail_server) == ["New"]
    with post.db.read() as session:
        assert the_issue(session, state="finished", recipients=1).period == "2026-11-14"


def test_mail_27_no_reader_gets_an_article_twice_whatever_topics_overlap(
    post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    with post.db.write() as session:
        anna = put_subscriber(session, pace=Pace.DAILY)
        for topic in ("claims", "rules"):
            anna.subscriptions.append(Subscription(topic_id=put_topic(session, topic).id, since=clock.now()))
    begin(post)
    travel.shift(60)
    with post.db.write() as session:
        put_article(session, "both", topics=("claims", "rules"))

    for _day in range(3):
        travel.shift(24 * 3600)
        deliver(post)

    assert subjects(mail_server) == ["Both"]


def test_mail_27_a_thin_digest_rolls_over(
    settings: Settings, post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    thick = make_services(post.settings.model_copy(update={"digest_min_articles": 2}))
    readers_and_article(thick, Pace.DAILY)
    travel.shift(24 * 3600)
    deliver(thick)
    assert mail_server.mails == []

    with thick.db.write() as session:
        put_article(session, "second")
    travel.shift(24 * 3600)
    deliver(thick)

    assert subjects(mail_server) == ["New (and 1 more)"]
    thick.db.close()


def test_what_came_before_a_subscription_is_not_new_for_it(
    post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    readers_and_article(post, Pace.DAILY)
    travel.shift(60)
    with post.db.write() as session:
        put_subscriber(session, "late@example.org", pace=Pace.DAILY)
    travel.shift(24 * 3600)

    deliver(post)

    assert [mail.to for mail in mail_server.mails] == ["reader-0@example.org"]


def test_what_is_new_during_a_pause_waits_for_its_end(
    post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    readers_and_article(post, Pace.EACH)
    with post.db.write() as session:
        session.scalars(select(Subscriber)).one().paused_until = SATURDAY + timedelta(days=7)
    deliver(post)
    assert mail_server.mails == []

    travel.shift(8 * 24 * 3600)
    with post.db.write() as session:
        put_article(session, "second")
    deliver(post)

    assert subjects(mail_server) == ["New (and 1 more)"]


def test_readers_who_get_the_same_share_one_rendering_and_holders_have_their_own(post: Services) -> None:
    with post.db.write() as session:
        put_readers(session, 5)
        put_reader(session, "reader-1@example.org", ad_free=True)
    begin(post)
    with post.db.write() as session:
        put_article(session, "new")
    make_ready(post)

    with post.db.read() as session:
        shared = session.execute(
            select(Rendering.edition, func.count())
            .join(Delivery, Delivery.rendering_id == Rendering.id)
            .group_by(Rendering.id)
        )
        assert sorted(tuple(row) for row in shared) == [("guest", 4), ("pass", 1)]


def test_after_a_long_downtime_it_asks_instead_of_firing(
    post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    readers_and_article(post, Pace.WEEKLY)
    travel.shift(22 * 24 * 3600)

    deliver(post)

    assert mail_server.mails == []
    with post.db.read() as session:
        issue = the_issue(session, pace=Pace.WEEKLY)
        assert issue.state == IssueState.WAITING
        assert "never made" in issue.reason
        assert session.scalars(select(Alarm.subject)).all() == ["A digest waits for you"]


def test_an_article_that_is_days_old_when_it_is_seen_asks_as_well(
    post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    readers_and_article(post, Pace.EACH)
    travel.shift(3 * 24 * 3600)

    deliver(post)

    assert mail_server.mails == []


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1)])
def test_mf_30_a_clock_that_jumps_makes_no_second_issue(
    post: Services, mail_server: FakeMailServer, travel: Clock, jump: timedelta
) -> None:
    readers_and_article(post, Pace.DAILY)
    travel.shift(2 * 3600)
    deliver(post)
    assert len(mail_server.mails) == 1

    for moment in (clock.now() + jump, clock.now() + timedelta(minutes=1), clock.now() + timedelta(days=1)):
        travel.move_to(moment)
        deliver(post)

    assert len(mail_server.mails) == 1


@pytest.mark.parametrize("pace", [Pace.EACH, Pace.DAILY])
def test_mf_05_two_schedulers_in_the_same_second_make_one_issue(
    post: Services, travel: Clock, pace: Pace
) -> None:
    readers_and_article(post, pace)
    travel.shift(2 * 3600)
    at_once = threading.Barrier(4)

    def schedule() -> None:
        at_once.wait()
        with post.db.write() as session:
            due.make_due(session, post.settings, pace, clock.now())

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
            due.make_due(session, post.settings, Pace.DAILY, moment)
    with post.db.read() as session:
        return session.scalars(select(func.count()).select_from(Issue)).one()


def test_mf_30_a_period_before_the_newest_is_not_made_any_more(post: Services, travel: Clock) -> None:
    readers_and_article(post, Pace.DAILY)
    travel.shift(2 * 3600)
    tomorrow = clock.now() + timedelta(days=1)
    assert issues_made_at(post, tomorrow, clock.now()) == 1


def test_mf_05_a_period_whose_issue_is_there_has_no_second_one_though_its_mark_was_lost(
    post: Services, travel: Clock
) -> None:
    readers_and_article(post, Pace.DAILY)
    travel.shift(2 * 3600)
    assert issues_made_at(post, clock.now()) == 1
    with post.db.write() as session:
        session.execute(update(PaceMark).values(due_at=clock.now() - timedelta(days=1)))
    assert issues_made_at(post, clock.now()) == 1


def test_the_worker_asks_for_postal_address_before_it_sends(
    post: Services, mail_server: FakeMailServer
) -> None:
    nameless = make_services(post.settings.model_copy(update={"postal_address": " "}))
    readers_and_article(nameless, Pace.EACH)

    deliver(nameless)

    assert mail_server.mails == []
    with post.db.read() as session:
        assert "POSTAL_ADDRESS is missing" in the_issue(session).reason
        assert session.scalars(select(Alarm)).one().key == "digest-waits:1"
    nameless.db.close()


def test_mail_28_frozen_text_survives_later_edits(post: Services, mail_server: FakeMailServer) -> None:
    readers_and_article(post, Pace.EACH)
    make_ready(post)
    with post.db.write() as session:
        article = session.scalars(select(Article)).one()
        article.title = "Edited"

    send_all(post)

    assert subjects(mail_server) == ["New"]


def test_mail_28_what_is_edited_before_it_is_composed_stays_as_it_was_frozen(
    post: Services, mail_server: FakeMailServer
) -> None:
    readers_and_article(post, Pace.EACH)
    due.handle_one(post)
    while freezing.handle_one(post):
        pass
    with post.db.write() as session:
        session.execute(update(Article).values(title="Edited"))

    deliver(post)

    assert subjects(mail_server) == ["New"]


@pytest.mark.parametrize("others", [0, 6])
def test_mail_28_an_unpublished_article_leaves_what_was_not_sent(
    post: Services, mail_server: FakeMailServer, others: int
) -> None:
    readers_and_article(post, Pace.EACH, 2)
    with post.db.write() as session:
        for number in range(others):
            put_article(session, f"other-{number}")
    make_ready(post)
    with post.db.write() as session:
        article = session.scalars(select(Article).where(Article.slug == "new")).one()
        article.draft = True

    deliver(post)
    deliver(post)

    assert subjects(mail_server) == (["Other 0 (and 5 more)"] * 2 if others else [])
    with post.db.read() as session:
        assert states(session) == ({"sent": 2} if others else {"suppressed": 2})
        assert {issue.state for issue in session.scalars(select(Issue))} == {IssueState.FINISHED}
