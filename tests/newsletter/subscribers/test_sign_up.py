"""Asking for the newsletter: one answer for every address, and few mails to any."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select

from carrel import clock
from carrel.accounts.limits import Limit
from carrel.mail import addresses
from carrel.mail.models import Alarm, SuppressionKind
from carrel.services import Services
from newsletter.subscribers import erasure, sign_up
from newsletter.subscribers.models import (
    Frequency,
    SignUp,
    SignUpMailCount,
    Subscriber,
    SubscriberState,
    Subscription,
)
from newsletter.subscribers.preferences import Preferences
from newsletter.subscribers.sign_up import RequestOrigin, SignUpRequest
from tests.support.browser import Browser
from tests.support.subscribing import ANNA, QueuedMails, ask, count, put_state, the_subscriber

pytestmark = pytest.mark.both_databases


def test_a_new_address_is_asked_and_nothing_else_changes(
    anna: Browser, services: Services, post: QueuedMails
) -> None:
    page = ask(anna)
    assert page.request.path == "/subscribe/sent/"
    assert "Check your email" in page.text
    assert post.names() == ["newsletter/confirm"]
    assert the_subscriber(services).state == SubscriberState.PENDING
    assert count(services, Subscription) == 0


def test_the_evidence_says_when_from_where_and_to_which_words(anna: Browser, services: Services) -> None:
    page = {"Referer": "https://carrel.test/articles/clean-claims/?utm=x"}
    anna.post("/subscribe/", {"email": ANNA, "pace": "daily", "exam": "cpb"}, headers=page)
    with services.db.read() as session:
        asked = session.scalars(select(SignUp)).one()
    assert (asked.method, asked.text_version, asked.frequency) == ("mail", "1", "daily")
    assert (asked.asked_at, asked.asked_from) == (clock.now(), "192.0.2.0/24")
    assert asked.source == "/articles/clean-claims/"
    assert asked.confirmed_at is None


MAILED = {
    "new": ["newsletter/confirm"],
    "pending": ["newsletter/confirm"],
    "left": ["newsletter/confirm"],
    "subscribed": ["newsletter/already"],
    "paused": ["newsletter/already"],
    SuppressionKind.BOUNCE: ["newsletter/confirm"],
    SuppressionKind.NEWSLETTER: ["newsletter/confirm"],
    SuppressionKind.COMPLAINT: [],
    SuppressionKind.BY_HAND: [],
}


@pytest.mark.parametrize("state", MAILED)
def test_mail_14_the_answer_is_the_same_for_every_address(
    anna: Browser, stranger: Browser, services: Services, post: QueuedMails, state: str
) -> None:
    expected = ask(stranger, "unknown@example.org", follow=False)
    put_state(services, state)
    answer = ask(anna, follow=False)
    assert (answer.status_code, answer.data) == (expected.status_code, expected.data)
    assert set(answer.headers.keys()) == set(expected.headers.keys())
    assert answer.headers["Location"] == expected.headers["Location"]
    assert [mail.name for mail in post.all() if mail.to_key == ANNA] == MAILED[state]


@pytest.mark.sweep
def test_mail_12_who_does_not_confirm_gets_one_mail_a_day_and_three_altogether(
    anna: Browser, services: Services, post: QueuedMails, noon: time_machine.Traveller
) -> None:
    often, then_to_the_fortieth_day = [timedelta(hours=6)] * 20, [timedelta(hours=30)] * 28
    for pause in often + then_to_the_fortieth_day:
        ask(anna)
        noon.shift(pause)
        erasure.run_step(services)
    sent = [mail.created_at for mail in post.all()]
    assert len(sent) == 3
    assert all(later - earlier >= timedelta(days=1) for earlier, later in pairwise(sent))


def test_data_23_after_a_clock_that_was_months_ahead_an_address_is_asked_as_before(
    anna: Browser, services: Services, post: QueuedMails, noon: time_machine.Traveller
) -> None:
    noon.shift(timedelta(days=90))
    ask(anna)
    noon.shift(timedelta(days=-90))
    ask(anna)
    ask(anna)
    assert len(post.all()) == 2


def test_mail_12_what_was_never_confirmed_is_forgotten_but_not_how_often_we_asked(
    anna: Browser, services: Services, noon: time_machine.Traveller
) -> None:
    ask(anna)
    noon.shift(timedelta(days=6, hours=23))
    erasure.run_step(services)
    assert count(services, Subscriber) == count(services, SignUp) == 1
    noon.shift(timedelta(hours=2))
    erasure.run_step(services)
    assert (count(services, Subscriber), count(services, SignUp), count(services, SignUpMailCount)) == (
        0,
        0,
        1,
    )


def ask_from_anywhere(services: Services, number: int) -> None:
    """Somebody else each time, from somewhere else, types in Anna's address."""
    visit = RequestOrigin(f"10.{number % 50}.0.1", "/", f"browser-{number}")
    asking = SignUpRequest(addresses.parse(ANNA), Preferences((), (), Frequency.WEEKLY), visit)
    with services.db.write() as session:
        sign_up.sign_up(session, services.settings, services.signer, asking)


@pytest.mark.sweep
def test_mf_23_a_victim_whose_address_comes_from_everywhere_gets_three_mails_at_most(
    services: Services, library: None, post: QueuedMails, noon: time_machine.Traveller
) -> None:
    for number in range(200):
        ask_from_anywhere(services, number)
        noon.shift(timedelta(minutes=75))  # ten days altogether
    assert 1 <= len(post.all()) <= 3


def test_mf_23_an_address_that_confirms_each_time_is_mailed_three_times_a_day_ten_minutes_apart(
    services: Services, library: None, post: QueuedMails, noon: time_machine.Traveller
) -> None:
    for number in range(20):
        ask_from_anywhere(services, number)
        with services.db.write() as session:
            session.execute(delete(SignUpMailCount))  # as confirming does
        noon.shift(timedelta(minutes=4))
    sent = [mail.created_at for mail in post.all()]
    assert len(sent) == 3
    assert all(later - earlier >= timedelta(minutes=10) for earlier, later in pairwise(sent))


def test_mf_24_from_one_network_address_so_many_an_hour_are_taken(
    anna: Browser,
    services: Services,
    post: QueuedMails,
    noon: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sign_up, "PER_IP", Limit(5, timedelta(hours=1)))
    answers = [ask(anna, f"reader-{number}@example.org") for number in range(12)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 7
    assert len(post.all()) == 5
    assert answers[-1].headers["Retry-After"] == "3600"
    put_state(services, "subscribed")
    assert ask(anna).data == answers[-1].data, "a refusal must not tell addresses apart"
    noon.shift(timedelta(hours=1, seconds=1))
    assert ask(anna, "later@example.org").status_code == 200


def test_mail_14_neighbors_share_so_many_an_hour(
    app: Flask, library: None, post: QueuedMails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_up, "PER_NETWORK", Limit(10, timedelta(hours=1)))
    answers = [ask(Browser(app, ip=f"198.51.100.{n}"), f"r-{n}@example.org") for n in range(12)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    assert len(post.all()) == 10


def test_mail_14_the_site_takes_so_many_and_then_tells_the_operator(
    app: Flask, library: None, post: QueuedMails, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_up, "PER_SITE", Limit(7, timedelta(hours=1)))
    answers = [ask(Browser(app, ip=f"10.{n}.0.1"), f"r-{n}@example.org") for n in range(9)]
    assert [answer.status_code for answer in answers] == [200] * 7 + [429] * 2
    assert len(post.all()) == 7
    assert count(services, Alarm) == 1


@pytest.mark.parametrize("again", ["Anna@Example.org", "anna@EXAMPLE.ORG", " anna@example.org "])
def test_mail_15_one_address_in_other_letters_is_one_subscriber(
    anna: Browser, stranger: Browser, services: Services, again: str
) -> None:
    ask(anna)
    ask(stranger, again)
    assert the_subscriber(services).email == ANNA


def test_mail_15_dots_and_plus_signs_make_other_addresses(anna: Browser, services: Services) -> None:
    for email in ("a.nna@example.org", "anna+x@example.org", ANNA):
        ask(anna, email)
    assert count(services, Subscriber) == 3


def test_mf_26_ten_at_once_with_one_address_make_one_subscriber(
    services: Services, library: None, post: QueuedMails
) -> None:
    def go(number: int) -> None:
        email = "A@X.example" if number % 2 else "a@x.example"
        asking = SignUpRequest(
            addresses.parse(email),
            Preferences((), (), Frequency.WEEKLY),
            RequestOrigin("192.0.2.1", "/", str(number)),
        )
        with services.db.write() as session:
            sign_up.sign_up(session, services.settings, services.signer, asking)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(go, range(10)))
    assert (count(services, Subscriber), len(post.all())) == (1, 1)
