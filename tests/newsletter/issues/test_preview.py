"""`carrel digest preview`: the mail, who gets it and who does not, and why."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from carrel import clock
from carrel.mail import suppression
from carrel.mail.models import SuppressionKind
from carrel.services import Services
from newsletter.issues.preview import GETS_IT, preview
from newsletter.subscribers.models import Frequency, Subscriber, SubscriberState
from tests.newsletter.issues.conftest import Run
from tests.support.articles import put_article
from tests.support.digests import add_subscribers, make_ready, start_schedule
from tests.support.newsletter import put_reader, put_subscriber
from tests.support.state import dump

DAILY = Frequency.DAILY


def everybody(post: Services) -> None:
    """Six subscribers, each of whom has another reason."""
    with post.db.write() as session:
        add_subscribers(session, 2, frequency=DAILY)
        put_reader(session, "reader-1@example.org", ad_free=True)
        now = clock.now()
        put_subscriber(session, "left@example.org", frequency=DAILY, state=SubscriberState.LEFT, left_at=now)
        put_subscriber(
            session, "pending@example.org", frequency=DAILY, state=SubscriberState.PENDING, confirmed_at=None
        )
        put_subscriber(session, "later@example.org", frequency=DAILY, paused_until=now + timedelta(days=9))
        put_subscriber(session, "bounced@example.org", frequency=DAILY)
        suppression.suppress(session, "bounced@example.org", SuppressionKind.BOUNCE)
        put_subscriber(session, "weekly@example.org", frequency=Frequency.WEEKLY)
    start_schedule(post)
    with post.db.write() as session:
        put_article(session, "new")
        late = put_subscriber(session, "late@example.org", frequency=DAILY)
        for subscription in late.subscriptions:
            subscription.since = clock.now() + timedelta(seconds=1)


REASONS = {
    GETS_IT: ["reader-0@example.org", "reader-1@example.org"],
    "unsubscribed": ["left@example.org"],
    "address not confirmed": ["pending@example.org"],
    "paused": ["later@example.org"],
    "address suppressed": ["bounced@example.org"],
    "no new articles": ["late@example.org"],
}


def test_the_preview_says_who_gets_it_and_who_does_not_and_why_and_changes_nothing(post: Services) -> None:
    everybody(post)
    before = dump(post.db)
    with post.db.read() as session:
        shown = preview(session, post.settings, post.signer, DAILY, clock.now())
    assert {group.why: group.emails for group in shown.groups} == REASONS
    assert (shown.issue, shown.mails) == (None, 2)  # with ads, and the pass's edition
    assert shown.mail is not None
    assert shown.mail.subject == "New"
    assert dump(post.db) == before


def test_thin_news_are_a_reason_of_their_own(post: Services) -> None:
    thick = post.settings.model_copy(update={"digest_min_articles": 3})
    everybody(post)
    with post.db.read() as session:
        shown = preview(session, thick, post.signer, DAILY, clock.now())
    reasons = {group.why: group.count for group in shown.groups}
    assert reasons.pop("fewer than 3 new articles") == 2
    assert GETS_IT not in reasons
    assert shown.mail is None


def test_an_issue_that_waits_is_shown_as_it_is_frozen(post: Services) -> None:
    with post.db.write() as session:
        add_subscribers(session, 3)
    start_schedule(post)
    careful = post.settings.model_copy(update={"digest_review": True})
    site = Services(careful, post.db, post.signer, post.cache_version, post.page_cache)
    with post.db.write() as session:
        put_article(session, "new")
    make_ready(site)
    with post.db.write() as session:
        one = session.scalars(select(Subscriber).where(Subscriber.email_key == "reader-1@example.org")).one()
        one.state, one.left_at = SubscriberState.LEFT, clock.now()
    with post.db.read() as session:
        shown = preview(session, careful, post.signer, Frequency.EACH, clock.now())
    assert shown.issue is not None
    assert {group.why: group.count for group in shown.groups} == {GETS_IT: 2, "unsubscribed": 1}


def test_the_command_shows_the_mail_and_the_people(
    post: Services, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody(post)
    monkeypatch.setenv("POSTAL_ADDRESS", "")

    said = run("preview", "--pace", "daily", "--html", "mail.html")

    assert said.exit_code == 0
    for line in (
        "== daily: if sent now",
        "Receive it (2): reader-0@example.org, reader-1@example.org",
        "Do not receive it, address suppressed (1): bounced@example.org",
        "Subject: New",
        "POSTAL_ADDRESS is missing",
    ):
        assert line in said.output
    assert "<h1" in Path("mail.html").read_text()
    assert "0token0of" not in said.output + Path("mail.html").read_text()


def test_the_command_sends_what_waits_and_says_when_nothing_does(post: Services, run: Run) -> None:
    nothing = run("send")
    assert (nothing.exit_code, nothing.output) == (2, "No digest is waiting for you.\n")

    with post.db.write() as session:
        add_subscribers(session, 1)
    start_schedule(post)
    careful = post.settings.model_copy(update={"digest_review": True})
    with post.db.write() as session:
        put_article(session, "new")
    make_ready(Services(careful, post.db, post.signer, post.cache_version, post.page_cache))

    assert run("send").output == "Issue 1 is being sent.\n"
    again = run("send", "1")
    assert (again.output, again.exit_code) == (
        "Issue 1 is not waiting for you: see `carrel digest status`.\n",
        2,
    )
