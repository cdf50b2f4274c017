"""The link in the mail: it shows a button, and the button begins the subscription, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from carrel import clock
from carrel.mail import suppression
from carrel.mail.models import Suppression, SuppressionKind
from carrel.services import Services
from newsletter.subscribers import confirmation
from newsletter.subscribers.confirmation import ConfirmLinkUsedError
from newsletter.subscribers.models import SignUp, SignUpMailCount, Subscriber, SubscriberState
from tests.support.browser import Browser, forms_of
from tests.support.newsletter import put_subscriber
from tests.support.state import dump
from tests.support.subscribing import ANNA, QueuedMails, ask, link_in

pytestmark = pytest.mark.both_databases

SCRIPT = "js/continue."


def the_subscriber(services: Services) -> Subscriber:
    with services.db.read() as session:
        anna = session.scalars(select(Subscriber)).one()
        assert anna.subscriptions is not None
        return anna


def exams_of(services: Services) -> list[str]:
    with services.db.read() as session:
        anna = session.scalars(select(Subscriber)).one()
        return [row.exam.slug for row in anna.subscriptions if row.exam]


@pytest.fixture
def link(anna: Browser, post: QueuedMails) -> str:
    ask(anna, exam="ccm", pace="daily")
    return link_in(post.newest(), "confirm")


def test_mail_10_opening_the_link_changes_nothing(anna: Browser, services: Services, link: str) -> None:
    before = dump(services.db)
    for _ in range(3):
        assert anna.get(link).status_code == 200
        assert anna.head(link).status_code == 200
        anna.client.options(link)
    assert dump(services.db) == before


def test_mail_11_the_page_has_one_button_and_a_masked_address(anna: Browser, link: str) -> None:
    page = anna.get(link)
    (form,) = forms_of(page)
    assert set(form.fields) == {"csrf_token"}
    assert ANNA not in page.text
    assert "a•••@example.org" in page.text
    assert "CCM" in page.text
    assert "at most once a day" in page.text


def test_the_button_begins_the_subscription(
    anna: Browser, services: Services, post: QueuedMails, link: str
) -> None:
    page = anna.send(anna.get(link))
    assert page.request.path.startswith("/newsletter/preferences/")
    assert "You are subscribed" in page.text
    subscriber = the_subscriber(services)
    assert (subscriber.state, subscriber.frequency, subscriber.confirmed_at) == (
        "confirmed",
        "daily",
        clock.now(),
    )
    assert exams_of(services) == ["ccm"]
    assert post.names() == ["newsletter/confirm", "newsletter/welcome"]


def test_mail_12_the_evidence_of_consent_is_kept(stranger: Browser, services: Services, link: str) -> None:
    stranger.send(stranger.get(link))
    with services.db.read() as session:
        evidence = session.scalars(select(SignUp)).one()
    assert (evidence.asked_from, evidence.confirmed_from) == ("192.0.2.0/24", "203.0.113.0/24")
    assert (evidence.confirmed_at, evidence.text_version) == (clock.now(), "1")


def test_a_confirmed_address_begins_a_new_count_of_mails(
    anna: Browser, services: Services, link: str
) -> None:
    anna.send(anna.get(link))
    with services.db.read() as session:
        assert session.scalars(select(func.count()).select_from(SignUpMailCount)).one() == 0


def test_mail_11_a_script_presses_the_button_only_in_the_browser_that_asked(
    anna: Browser, stranger: Browser, link: str
) -> None:
    assert SCRIPT in anna.get(link).text
    assert SCRIPT not in stranger.get(link).text
    stranger.client.set_cookie("__Host-carrel_sign_up", "guessed", domain="carrel.test", secure=True)
    assert SCRIPT not in stranger.get(link).text


def test_confirming_takes_the_cookie_away(anna: Browser, link: str) -> None:
    assert anna.cookie("__Host-carrel_sign_up")
    anna.send(anna.get(link))
    assert anna.cookie("__Host-carrel_sign_up") is None


def test_auth_12_the_button_needs_the_token_of_its_page(anna: Browser, services: Services, link: str) -> None:
    assert anna.post(link, {}).status_code == 403
    assert the_subscriber(services).state == SubscriberState.PENDING


def test_pressing_twice_is_pressing_once(
    anna: Browser, services: Services, post: QueuedMails, link: str
) -> None:
    page = anna.get(link)
    anna.send(page)
    before = dump(services.db)
    assert "You are subscribed" in anna.send(page).text
    assert dump(services.db) == before


def test_a_used_link_brings_nobody_back_who_left(anna: Browser, services: Services, link: str) -> None:
    page = anna.get(link)
    preferences = anna.send(page)
    anna.send(preferences, 2, act="leave")
    assert the_subscriber(services).state == SubscriberState.LEFT
    assert anna.send(page).status_code == 410
    assert anna.get(link).status_code == 410
    assert the_subscriber(services).state == SubscriberState.LEFT


def test_mail_12_a_link_lasts_seven_days(
    anna: Browser, services: Services, link: str, noon: time_machine.Traveller
) -> None:
    noon.shift(timedelta(days=7) - timedelta(seconds=1))
    page = anna.get(link)
    assert page.status_code == 200
    noon.shift(timedelta(seconds=1))
    assert anna.get(link).status_code == 410
    assert anna.send(page).status_code == 410
    assert the_subscriber(services).state == SubscriberState.PENDING


def test_an_unknown_link_looks_like_one_that_is_too_old(anna: Browser) -> None:
    page = anna.get("/newsletter/confirm/unknown")
    assert page.status_code == 410
    assert "/subscribe/" in page.text


def test_a_database_does_not_hold_the_link(services: Services, link: str) -> None:
    with services.db.read() as session:
        for sign_up in session.scalars(select(SignUp)):
            assert link.rpartition("/")[2].encode() not in (sign_up.token_hash or b"")


def test_of_twenty_at_once_one_begins_the_subscription(
    services: Services, post: QueuedMails, link: str
) -> None:
    token = link.rpartition("/")[2]

    def go(_: int) -> int:
        with services.db.write() as session:
            return confirmation.confirm(session, services.settings, services.signer, token, "192.0.2.1").id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(go, range(20)))) == 1
    assert post.names().count("newsletter/welcome") == 1


def test_a_second_sign_up_adds_to_the_first(
    anna: Browser, services: Services, post: QueuedMails, noon: time_machine.Traveller
) -> None:
    for exam in ("cpb", "ccm"):
        ask(anna, exam=exam, pace="monthly")
        noon.shift(timedelta(days=1))
    for mail in post.all():
        anna.send(anna.get(link_in(mail, "confirm")))
    assert exams_of(services) == ["cpb", "ccm"]


@pytest.mark.parametrize("kind", SuppressionKind)
def test_mail_18_confirming_lifts_what_the_address_itself_may_lift(
    anna: Browser, services: Services, link: str, kind: SuppressionKind
) -> None:
    with services.db.write() as session:
        suppression.suppress(session, ANNA, kind)
    anna.send(anna.get(link))
    with services.db.read() as session:
        kinds = set(session.scalars(select(Suppression.kind)))
    assert kinds == ({SuppressionKind.BY_HAND} if kind == SuppressionKind.BY_HAND else set())


def test_who_left_comes_back_with_what_was_chosen_anew(
    anna: Browser, services: Services, post: QueuedMails
) -> None:
    with services.db.write() as session:
        put_subscriber(session, ANNA, state=SubscriberState.LEFT, left_at=clock.now(), frequency="each")
    ask(anna, exam="ccm")
    anna.send(anna.get(link_in(post.newest(), "confirm")))
    subscriber = the_subscriber(services)
    assert (subscriber.state, subscriber.left_at, subscriber.frequency) == ("confirmed", None, "weekly")
    assert exams_of(services) == ["ccm"]


def test_a_link_that_does_nothing_raises_in_the_domain(services: Services, library: None) -> None:
    with services.db.write() as session, pytest.raises(ConfirmLinkUsedError):
        confirmation.confirm(session, services.settings, services.signer, "unknown", "192.0.2.1")


def test_every_step_works_without_scripts_and_sends_no_token_elsewhere(
    anna: Browser, app: Flask, link: str
) -> None:
    page = anna.get(link)
    assert page.headers["Referrer-Policy"] == "origin"
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "http://" not in page.text.replace("http://www.w3.org", "")
