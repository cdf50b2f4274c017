"""The links in every mail: choosing, pausing, leaving, being forgotten."""

from datetime import timedelta
from itertools import product

import pytest
import time_machine
from flask import Flask

from carrel.mail import suppression
from carrel.mail.models import SuppressionKind
from carrel.services import Services
from carrel.tokens import Signer
from newsletter.subscribers import links
from newsletter.subscribers.models import SubscriberState
from tests.support.browser import Browser
from tests.support.newsletter import put_subscriber
from tests.support.state import dump
from tests.support.subscribing import ANNA, gets_mail, subscribed_slugs, the_subscriber

pytestmark = pytest.mark.both_databases

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def provider(app: Flask, path: str) -> tuple[int, str]:
    """A mail program's POST: no cookie, no origin, no token (RFC 8058)."""
    with app.test_client(use_cookies=False) as client:
        answer = client.post(path, data=ONE_CLICK, headers={"Origin": ""})
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    return answer.status_code, answer.text


def test_mail_10_opening_either_link_changes_nothing(
    anna: Browser, services: Services, preferences: str, unsubscribe: str
) -> None:
    before = dump(services.db)
    for path in (preferences, unsubscribe):
        assert anna.get(path).status_code == 200
        assert anna.head(path).status_code == 200
        anna.client.options(path)
    assert dump(services.db) == before


def test_mf_20_a_mail_program_leaves_with_one_post_and_a_second_changes_nothing(
    app: Flask, services: Services, unsubscribe: str, noon: time_machine.Traveller
) -> None:
    first = provider(app, unsubscribe)
    after = dump(services.db)
    noon.shift(timedelta(minutes=5))
    assert provider(app, unsubscribe) == first
    assert (first[0], dump(services.db)) == (200, after)
    assert the_subscriber(services).state == SubscriberState.LEFT


def test_mf_18_who_left_gets_nothing_from_that_commit_on(
    app: Flask, services: Services, unsubscribe: str
) -> None:
    assert gets_mail(services)
    provider(app, unsubscribe)
    assert not gets_mail(services)
    assert subscribed_slugs(services) == []


def test_leaving_never_stops_what_one_asks_for(app: Flask, services: Services, unsubscribe: str) -> None:
    provider(app, unsubscribe)
    with services.db.read() as session:
        assert suppression.is_suppressed(session, ANNA, suppression.MessageType.BULK)
        assert not suppression.is_suppressed(session, ANNA, suppression.MessageType.TRANSACTIONAL)
        assert not suppression.is_suppressed(session, ANNA, suppression.MessageType.REQUESTED)


def test_mail_09_an_unknown_token_gets_the_same_answer(
    app: Flask, services: Services, unsubscribe: str
) -> None:
    unknown = Signer(["another-key-for-tests-of-32-bytes-or-more"]).sign(links.PURPOSE, "x")
    after = dump(services.db)
    answers = {
        provider(app, f"/newsletter/unsubscribe/{forged}")
        for forged in (
            "x",
            "x.y",
            unknown,
            services.signer.sign("csrf", "x"),
            services.signer.sign(links.PURPOSE, "AAAA"),
        )
    }
    assert dump(services.db) == after
    assert answers == {provider(app, unsubscribe)}


def test_web_04_a_link_that_is_none_of_ours_is_no_page_and_says_what_to_do(
    anna: Browser, services: Services
) -> None:
    before = dump(services.db)
    for page, forged in product(["preferences", "unsubscribe"], ["x.css", "x", "AAAA.BBBB"]):
        answer = anna.get(f"/newsletter/{page}/{forged}")
        assert answer.status_code == 404, (page, forged)
        assert "This link is incomplete" in answer.text
        assert 'href="/subscribe/"' in answer.text
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert dump(services.db) == before


def test_a_link_that_was_cut_off_is_no_page(anna: Browser, preferences: str, unsubscribe: str) -> None:
    for path in (preferences, unsubscribe):
        assert anna.get(path[:-1]).status_code == 404
        assert anna.get(path + ".css").status_code == 404


def test_mf_22_a_link_of_eleven_months_ago_still_leaves(
    app: Flask, services: Services, unsubscribe: str, noon: time_machine.Traveller
) -> None:
    noon.shift(timedelta(days=335))
    assert provider(app, unsubscribe)[0] == 200
    assert not gets_mail(services)


@pytest.mark.parametrize("kind", SuppressionKind)
def test_mf_22_a_suppressed_subscriber_leaves_like_anybody(
    app: Flask, services: Services, unsubscribe: str, kind: SuppressionKind
) -> None:
    with services.db.write() as session:
        suppression.suppress(session, ANNA, kind)
    assert provider(app, unsubscribe)[0] == 200
    assert the_subscriber(services).state == SubscriberState.LEFT


def test_mf_22_the_links_of_an_erased_subscriber_say_that_nothing_comes(
    anna: Browser, app: Flask, preferences: str, unsubscribe: str
) -> None:
    anna.send(anna.get(preferences), 3, act="forget")
    assert provider(app, unsubscribe)[0] == 200
    for path in (preferences, unsubscribe):
        assert "You are unsubscribed" in anna.get(path).text


def test_an_old_link_works_for_who_was_erased_and_came_back(
    anna: Browser, app: Flask, services: Services, preferences: str, unsubscribe: str
) -> None:
    anna.send(anna.get(preferences), 3, act="forget")
    with services.db.write() as session:
        suppression.lift(session, ANNA, SuppressionKind.NEWSLETTER)
        put_subscriber(session, ANNA)
    assert gets_mail(services)
    provider(app, unsubscribe)
    assert not gets_mail(services)


def test_mf_33_links_outlive_a_change_of_keys(services: Services, token: str) -> None:
    old = [key.get_secret_value() for key in services.settings.secret_keys]
    rotated = Signer(["a-fresh-key-for-tests-of-32-bytes-or-more", *old])
    assert links.address_hash_of(rotated, token) == the_subscriber(services).address_hash


def test_people_leave_with_one_button(anna: Browser, services: Services, unsubscribe: str) -> None:
    page = anna.get(unsubscribe)
    assert "a•••@example.org" in page.text
    assert "You are unsubscribed" in anna.send(page).text
    assert the_subscriber(services).state == SubscriberState.LEFT


def test_mf_21_who_was_forwarded_a_mail_sees_a_masked_address_and_is_not_signed_in(
    stranger: Browser, preferences: str, unsubscribe: str
) -> None:
    for path in (preferences, unsubscribe):
        page = stranger.get(path)
        assert ANNA not in page.text
        assert "a•••@example.org" in page.text
    stranger.send(stranger.get(preferences), 0, act="save", exam="cpb", pace="daily")
    assert stranger.cookie("__Host-carrel_session") is None
    assert stranger.get("/account/").request.path == "/sign-in/"


def test_asvs_9_2_a_link_of_the_newsletter_is_good_for_nothing_else(anna: Browser, token: str) -> None:
    assert anna.get(f"/feeds/{token}.xml").status_code == 404
    assert anna.get(f"/newsletter/confirm/{token}").status_code == 410
    assert anna.get(f"/sign-in/{token}").status_code in {404, 410}


def test_every_page_behind_a_link_is_private(anna: Browser, preferences: str, unsubscribe: str) -> None:
    for path in (preferences, unsubscribe, "/newsletter/unsubscribe/x"):
        page = anna.get(path)
        assert page.headers["Cache-Control"] == "private, no-store"
        assert page.headers["Referrer-Policy"] == "origin"
