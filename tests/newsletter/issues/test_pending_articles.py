"""An issue brings each reader what is new for them, as it was frozen."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from articles.models import Article
from carrel import clock
from carrel.services import Services, make_services
from carrel.settings import Settings
from newsletter.issues import due, freezing
from newsletter.issues.models import Delivery, Issue, IssueArticle, IssueState, MailVariant
from newsletter.subscribers import preferences_routes
from newsletter.subscribers.models import Frequency, Subscriber, Subscription
from tests.support.articles import put_article, put_topic
from tests.support.digests import (
    SATURDAY,
    add_subscribers,
    count_states,
    deliver,
    make_ready,
    put_pending_article,
    send_all,
    start_schedule,
    subjects,
)
from tests.support.newsletter import put_reader, put_subscriber
from tests.support.smtp import FakeMailServer

pytestmark = pytest.mark.usefixtures("travel")
Clock = time_machine.Traveller


def test_five_new_articles_are_five_mails_and_six_are_one(
    post: Services, mail_server: FakeMailServer
) -> None:
    with post.db.write() as session:
        add_subscribers(session, 1)
    start_schedule(post)
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


def test_mail_27_no_reader_gets_an_article_twice_whatever_topics_overlap(
    post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    with post.db.write() as session:
        anna = put_subscriber(session, frequency=Frequency.DAILY)
        for topic in ("claims", "rules"):
            anna.subscriptions.append(Subscription(topic_id=put_topic(session, topic).id, since=clock.now()))
    start_schedule(post)
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
    put_pending_article(thick, 1, Frequency.DAILY)
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
    put_pending_article(post, 1, Frequency.DAILY)
    travel.shift(60)
    with post.db.write() as session:
        put_subscriber(session, "late@example.org", frequency=Frequency.DAILY)
    travel.shift(24 * 3600)

    deliver(post)

    assert [mail.to for mail in mail_server.mails] == ["reader-0@example.org"]


def test_what_is_new_during_a_pause_waits_for_its_end(
    post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    put_pending_article(post, 1)
    with post.db.write() as session:
        session.scalars(select(Subscriber)).one().paused_until = SATURDAY + timedelta(days=7)
    deliver(post)
    assert mail_server.mails == []

    travel.shift(8 * 24 * 3600)
    with post.db.write() as session:
        put_article(session, "second")
    deliver(post)

    assert subjects(mail_server) == ["New (and 1 more)"]


def test_the_longest_pause_of_a_reader_loses_nothing_though_their_next_issue_comes_a_month_later(
    post: Services, mail_server: FakeMailServer, travel: Clock
) -> None:
    longest = timedelta(weeks=max(map(int, preferences_routes.PAUSES)))
    put_pending_article(post, 1, Frequency.MONTHLY)
    with post.db.write() as session:
        session.scalars(select(Subscriber)).one().paused_until = SATURDAY + longest
    for _month in range(5):
        travel.shift(timedelta(days=31))
        deliver(post)

    assert subjects(mail_server) == ["New"]


def test_readers_who_get_the_same_share_one_rendering_and_holders_have_their_own(post: Services) -> None:
    with post.db.write() as session:
        add_subscribers(session, 5)
        put_reader(session, "reader-1@example.org", ad_free=True)
    start_schedule(post)
    with post.db.write() as session:
        put_article(session, "new")
    make_ready(post)

    with post.db.read() as session:
        shared = session.execute(
            select(MailVariant.audience, func.count())
            .join(Delivery, Delivery.variant_id == MailVariant.id)
            .group_by(MailVariant.id)
        )
        assert sorted(tuple(row) for row in shared) == [("guest", 4), ("pass", 1)]


def test_mail_28_frozen_text_survives_later_edits(post: Services, mail_server: FakeMailServer) -> None:
    put_pending_article(post, 1)
    make_ready(post)
    with post.db.write() as session:
        article = session.scalars(select(Article)).one()
        article.title = "Edited"

    send_all(post)

    assert subjects(mail_server) == ["New"]


def test_mail_28_what_is_edited_before_it_is_composed_stays_as_it_was_frozen(
    post: Services, mail_server: FakeMailServer
) -> None:
    put_pending_article(post, 1)
    due.run_step(post)
    while freezing.run_step(post):
        pass
    with post.db.write() as session:
        session.execute(update(Article).values(title="Edited"))

    deliver(post)

    assert subjects(mail_server) == ["New"]


@pytest.mark.parametrize("others", [0, 6])
def test_mail_28_an_unpublished_article_leaves_what_was_not_sent(
    post: Services, mail_server: FakeMailServer, others: int
) -> None:
    put_pending_article(post, 2)
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
        assert count_states(session) == ({"sent": 2} if others else {"suppressed": 2})
        assert {issue.state for issue in session.scalars(select(Issue))} == {IssueState.FINISHED}


def test_an_article_that_says_newsletter_false_is_in_no_issue(post: Services) -> None:
    with post.db.write() as session:
        add_subscribers(session, 1)
    start_schedule(post)
    with post.db.write() as session:
        put_article(session, "known", newsletter=False)
        put_article(session, "new")
    due.run_step(post)
    with post.db.read() as session:
        slugs = session.scalars(
            select(Article.slug).join(IssueArticle, IssueArticle.article_id == Article.id)
        ).all()
    assert set(slugs) == {"new"}
