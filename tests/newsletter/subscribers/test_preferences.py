"""What can be chosen behind a link of the newsletter: exams, pace, a pause, leaving, being forgotten."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from carrel import clock
from carrel.mail.models import Suppression, SuppressionKind
from carrel.services import Services
from newsletter.subscribers.models import SignUp, Subscriber, Subscription
from tests.support.browser import Browser, forms_of
from tests.support.state import dump
from tests.support.subscribing import QueuedMails, ask, gets_mail, subscribed_slugs, the_subscriber

pytestmark = pytest.mark.both_databases


def test_exams_topics_and_pace_can_be_changed(anna: Browser, services: Services, preferences: str) -> None:
    since = clock.now()
    page = anna.get(preferences)
    assert 'value="cpb" checked' in page.text
    with time_machine.travel(since + timedelta(hours=1), tick=False):
        fields: dict[str, Any] = {
            "exam": ["cpb", "ccm"],
            "topic": "medicare",
            "pace": "monthly",
            "act": "save",
        }
        saved = anna.send(page, 0, **fields)
    assert "Saved." in saved.text
    assert subscribed_slugs(services) == ["cpb", "ccm", "topic:medicare"]
    assert the_subscriber(services).frequency == "monthly"
    with services.db.read() as session:
        begun = session.scalars(select(Subscription.since).order_by(Subscription.id)).all()
    assert begun == [since, since + timedelta(hours=1), since + timedelta(hours=1)]
    anna.send(anna.get(preferences), 0, exam="ccm", pace="monthly", act="save", topic="")
    assert subscribed_slugs(services) == ["cpb", "ccm", "topic:medicare"], (
        "an empty topic is none that is on offer"
    )
    anna.post(
        preferences,
        {"csrf_token": saved_token(anna, preferences), "exam": "ccm", "pace": "each", "act": "save"},
    )
    assert subscribed_slugs(services) == ["ccm"]


def saved_token(browser: Browser, path: str) -> str:
    return forms_of(browser.get(path))[0].fields["csrf_token"]


def test_choosing_nothing_is_no_way_of_leaving(anna: Browser, services: Services, preferences: str) -> None:
    nothing = {"csrf_token": saved_token(anna, preferences), "pace": "weekly", "act": "save"}
    page = anna.post(preferences, nothing)
    assert page.status_code == 400
    assert "Choose at least one exam or topic" in page.text
    assert subscribed_slugs(services) == ["cpb"]


def test_a_pause_holds_mails_back_and_ends_by_itself(
    anna: Browser, services: Services, preferences: str, noon: time_machine.Traveller
) -> None:
    page = anna.send(anna.get(preferences), 1, act="pause", weeks="4")
    assert "No emails until" in page.text
    assert "November 30, 2026" in page.text
    assert not gets_mail(services)
    noon.shift(timedelta(weeks=4))
    assert gets_mail(services)
    assert "No emails until" not in anna.get(preferences).text


def test_a_pause_can_be_ended(anna: Browser, services: Services, preferences: str) -> None:
    page = anna.send(anna.get(preferences), 1, act="pause", weeks="forever")
    assert the_subscriber(services).paused_until == clock.now() + timedelta(weeks=2)
    assert "Your subscription is active again" in anna.send(page, 1, act="resume").text
    assert gets_mail(services)


def test_leaving_from_the_preferences(anna: Browser, services: Services, preferences: str) -> None:
    page = anna.send(anna.get(preferences), 2, act="leave")
    assert "You are unsubscribed" in page.text
    assert not gets_mail(services)


def test_mail_19_who_is_forgotten_leaves_nothing_but_the_hmac(
    anna: Browser, services: Services, post: QueuedMails, preferences: str
) -> None:
    ask(anna)
    page = anna.send(anna.get(preferences), 3, act="forget")
    assert "Your address is deleted." in page.text
    with services.db.read() as session:
        for model in (Subscriber, Subscription, SignUp):
            assert session.scalars(select(func.count()).select_from(model)).one() == 0
        assert session.scalars(select(Suppression.kind)).all() == [SuppressionKind.NEWSLETTER]


def test_auth_12_no_choice_can_be_made_from_another_site(
    anna: Browser, services: Services, preferences: str
) -> None:
    before = dump(services.db)
    foreign = {"Origin": "https://evil.example"}
    for act in ("save", "pause", "leave", "forget"):
        assert anna.post(preferences, {"act": act, "exam": "ccm", "pace": "each"}).status_code == 403
        fields = {"csrf_token": saved_token(anna, preferences), "act": act}
        assert anna.post(preferences, fields, headers=foreign).status_code == 403
        assert dump(services.db) == before, act
