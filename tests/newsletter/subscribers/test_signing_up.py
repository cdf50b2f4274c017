"""Asking for the newsletter: one answer for every address, and few mails to any."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from newsletter.subscribers import erasing, signing_up
from newsletter.subscribers.choosing import Wish
from newsletter.subscribers.models import Asked, Pace, SignUp, State, Subscriber, Subscription
from newsletter.subscribers.signing_up import Asking, Visit
from tests.support.accounts import make_reader, make_session
from tests.support.browser import Browser, forms_of
from tests.support.newsletter import put_subscriber
from tests.support.subscribing import ANNA, Post, ask
from website import clock
from website.accounts.limits import Limit
from website.mail import addresses, suppression
from website.mail.models import Alarm, Kind
from website.web.services import Services

COOKIE = "__Host-carrel_sign_up"


def count(services: Services, model: type) -> int:
    with services.db.read() as session:
        return session.scalars(select(func.count()).select_from(model)).one()


def the_subscriber(services: Services) -> Subscriber:
    with services.db.read() as session:
        return session.scalars(select(Subscriber)).one()


def test_a_new_address_is_asked_and_nothing_else_changes(
    anna: Browser, services: Services, post: Post
) -> None:
    page = ask(anna)
    assert page.request.path == "/subscribe/sent/"
    assert "Check your mail" in page.text
    assert post.names() == ["newsletter/confirm"]
    assert the_subscriber(services).state == State.PENDING
    assert count(services, Subscription) == 0


def test_the_evidence_says_when_from_where_and_to_which_words(anna: Browser, services: Services) -> None:
    page = {"Referer": "https://carrel.test/articles/clean-claims/?utm=x"}
    anna.post("/subscribe/", {"email": ANNA, "pace": "daily", "exam": "cpb"}, headers=page)
    with services.db.read() as session:
        asked = session.scalars(select(SignUp)).one()
    assert (asked.how, asked.text_version, asked.pace) == ("mail", "1", "daily")
    assert (asked.asked_at, asked.asked_from) == (clock.now(), "192.0.2.0/24")
    assert asked.source == "/articles/clean-claims/"
    assert asked.confirmed_at is None


def put_state(services: Services, state: str) -> None:
    with services.db.write() as session:
        match state:
            case "subscribed":
                put_subscriber(session, ANNA)
            case "paused":
                put_subscriber(session, ANNA, paused_until=clock.now() + timedelta(days=9))
            case "left":
                put_subscriber(session, ANNA, state=State.LEFT, left_at=clock.now())
            case "pending":
                put_subscriber(session, ANNA, state=State.PENDING, confirmed_at=None)
            case Kind():
                put_subscriber(session, ANNA)
                suppression.suppress(session, ANNA, state)


MAILED = {
    "new": ["newsletter/confirm"],
    "pending": ["newsletter/confirm"],
    "left": ["newsletter/confirm"],
    "subscribed": ["newsletter/already"],
    "paused": ["newsletter/already"],
    Kind.BOUNCE: ["newsletter/confirm"],
    Kind.NEWSLETTER: ["newsletter/confirm"],
    Kind.COMPLAINT: [],
    Kind.BY_HAND: [],
}


@pytest.mark.parametrize("state", MAILED)
def test_mail_14_the_answer_is_the_same_for_every_address(
    anna: Browser, stranger: Browser, services: Services, post: Post, state: str
) -> None:
    expected = ask(stranger, "unknown@example.org", follow=False)
    put_state(services, state)
    answer = ask(anna, follow=False)
    assert (answer.status_code, answer.data) == (expected.status_code, expected.data)
    assert set(answer.headers.keys()) == set(expected.headers.keys())
    assert answer.headers["Location"] == expected.headers["Location"]
    assert [mail.name for mail in post.all() if mail.to_key == ANNA] == MAILED[state]


def test_mail_12_who_does_not_confirm_gets_one_mail_a_day_and_three_altogether(
    anna: Browser, services: Services, post: Post, noon: time_machine.Traveller
) -> None:
    for pause in [timedelta(hours=6)] * 20 + [
        timedelta(hours=30)
    ] * 28:  # five days densely, then to the fortieth
        ask(anna)
        noon.shift(pause)
        erasing.purge(services)
    sent = [mail.created_at for mail in post.all()]
    assert len(sent) == 3
    assert all(later - earlier >= timedelta(days=1) for earlier, later in pairwise(sent))


def test_mail_12_what_was_never_confirmed_is_forgotten_but_not_how_often_we_asked(
    anna: Browser, services: Services, noon: time_machine.Traveller
) -> None:
    ask(anna)
    noon.shift(timedelta(days=6, hours=23))
    erasing.purge(services)
    assert count(services, Subscriber) == count(services, SignUp) == 1
    noon.shift(timedelta(hours=2))
    erasing.purge(services)
    assert (count(services, Subscriber), count(services, SignUp), count(services, Asked)) == (0, 0, 1)


def test_mf_23_a_victim_whose_address_comes_from_everywhere_gets_three_mails_at_most(
    services: Services, library: None, post: Post, noon: time_machine.Traveller
) -> None:
    anna = addresses.parse(ANNA)
    for number in range(70):
        visit = Visit(f"10.{number % 50}.0.1", "/", f"browser-{number}")
        with services.db.write() as session:
            signing_up.sign_up(
                session, services.settings, services.signer, Asking(anna, Wish((), (), Pace.WEEKLY), visit)
            )
        noon.shift(timedelta(minutes=57))
    assert 1 <= len(post.all()) <= 3


def test_mf_24_from_one_network_address_five_an_hour_are_taken(
    anna: Browser, services: Services, post: Post, noon: time_machine.Traveller
) -> None:
    answers = [ask(anna, f"reader-{number}@example.org") for number in range(12)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 7
    assert len(post.all()) == 5
    assert answers[-1].headers["Retry-After"] == "3600"
    put_state(services, "subscribed")
    assert ask(anna).data == answers[-1].data, "a refusal must not tell addresses apart"
    noon.shift(timedelta(hours=1, seconds=1))
    assert ask(anna, "later@example.org").status_code == 200


def test_mail_14_neighbours_share_ten_in_half_an_hour(app: Flask, library: None, post: Post) -> None:
    answers = [ask(Browser(app, ip=f"198.51.100.{n}"), f"r-{n}@example.org") for n in range(12)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    assert len(post.all()) == 10


def test_mail_14_the_site_takes_two_hundred_an_hour_and_then_tells_the_operator(
    app: Flask, library: None, post: Post, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signing_up.PER_SITE.count == 200
    monkeypatch.setattr(signing_up, "PER_SITE", Limit(7, timedelta(hours=1)))
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
    services: Services, library: None, post: Post
) -> None:
    def go(number: int) -> None:
        email = "A@X.example" if number % 2 else "a@x.example"
        asking = Asking(
            addresses.parse(email), Wish((), (), Pace.WEEKLY), Visit("192.0.2.1", "/", str(number))
        )
        with services.db.write() as session:
            signing_up.sign_up(session, services.settings, services.signer, asking)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(go, range(10)))
    assert (count(services, Subscriber), len(post.all())) == (1, 1)


EVIL = ["Click http://evil.example", "<b>evil</b>", "\r\nBcc: evil@evil.example"]


@pytest.mark.parametrize("evil", EVIL)
def test_mail_13_mf_25_no_text_of_a_visitor_gets_into_a_mail(anna: Browser, post: Post, evil: str) -> None:
    agent = {"User-Agent": evil.strip(), "Referer": f"https://carrel.test/{evil.strip()}"}
    fields = {"email": ANNA, "pace": "weekly", "name": evil, "subject": evil, "first_name": evil}
    anna.post("/subscribe/", fields, headers=agent)
    mail = post.newest()
    assert "evil" not in f"{mail.subject}{mail.text}{mail.html}"


@pytest.mark.parametrize(
    "email", ["", "anna", "anna@", "a b@example.org", "anna@example.org\r\nBcc: x@y.example"]
)
def test_what_is_no_address_comes_back_with_a_sentence(anna: Browser, post: Post, email: str) -> None:
    page = ask(anna, email)
    assert page.status_code == 400
    assert 'href="#page-email"' in page.text
    assert post.all() == []


@pytest.mark.parametrize(("field", "value"), [("exam", "none"), ("topic", "none"), ("pace", "hourly")])
def test_what_is_not_on_offer_is_refused(anna: Browser, post: Post, field: str, value: str) -> None:
    page = anna.post("/subscribe/", {"email": ANNA, field: value})
    assert (page.status_code, post.all()) == (400, [])
    assert f'id="page-{field}-problem"' in page.text


def test_a_form_that_comes_back_holds_what_was_typed(anna: Browser) -> None:
    page = anna.post(
        "/subscribe/", {"email": "wrong@", "exam": "ccm", "topic": "medicare", "pace": "monthly"}
    )
    assert 'value="wrong@"' in page.text
    assert 'value="ccm" checked' in page.text
    assert 'value="medicare" checked' in page.text
    assert '<option value="monthly" selected>' in page.text


def test_nothing_ticked_means_every_exam(anna: Browser, services: Services) -> None:
    anna.post("/subscribe/", {"email": ANNA})
    with services.db.read() as session:
        asked = session.scalars(select(SignUp)).one()
    assert (len(asked.exams), asked.topics, asked.pace) == (2, [], "weekly")


def test_a_robot_that_fills_in_the_hidden_field_gets_the_usual_answer_and_no_mail(
    anna: Browser, services: Services, post: Post
) -> None:
    assert "Check your mail" in ask(anna, website="https://evil.example").text
    assert (post.all(), count(services, Subscriber)) == ([], 0)


def test_a_form_that_comes_back_at_once_must_be_sent_twice(
    anna: Browser, post: Post, noon: time_machine.Traveller
) -> None:
    page = anna.send(anna.get("/subscribe/"), 0, email=ANNA)
    assert (page.status_code, post.all()) == (400, [])
    assert "Press the button once more" in page.text
    noon.shift(timedelta(seconds=2))
    assert "Check your mail" in anna.send(page).text
    assert post.names() == ["newsletter/confirm"]


def test_a_forged_time_counts_as_none_at_all(anna: Browser, post: Post) -> None:
    assert ask(anna, shown="1.forged").status_code == 400
    assert post.all() == []


def test_the_page_knows_the_exam_from_which_one_came(anna: Browser) -> None:
    page = anna.get("/subscribe/?exam=ccm")
    assert 'value="ccm" checked' in page.text
    assert 'value="cpb" checked' not in page.text
    assert '<option value="weekly" selected>' in page.text
    assert [form.action for form in forms_of(page)] == ["/subscribe/"]


def test_every_answer_is_private(anna: Browser) -> None:
    for answer in (anna.get("/subscribe/"), ask(anna, follow=False), anna.get("/subscribe/sent/")):
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_browser_that_asks_gets_a_cookie_of_a_day_and_keeps_it(anna: Browser) -> None:
    given = ask(anna, follow=False).headers["Set-Cookie"]
    for part in (f"{COOKIE}=", "Max-Age=86400", "Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in given
    first = anna.cookie(COOKIE)
    ask(anna, "other@example.org")
    assert anna.cookie(COOKIE) == first


def test_auth_12_a_form_on_another_site_cannot_subscribe_anybody(anna: Browser, post: Post) -> None:
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert anna.post("/subscribe/", {"email": ANNA}, headers=foreign).status_code == 403
    assert post.all() == []


@pytest.fixture
def sign_in(services: Services, anna: Browser) -> Callable[..., None]:
    def sign_in(email: str, *, proven: bool = True) -> None:
        token = make_session(services.db, make_reader(services.db, email), proven=proven)
        anna.client.set_cookie("__Host-carrel_session", token, domain="carrel.test", secure=True)

    return sign_in


def test_who_proved_the_address_by_signing_in_need_not_confirm_it(
    anna: Browser, services: Services, post: Post, sign_in: Callable[..., None]
) -> None:
    put_state(services, Kind.COMPLAINT)
    sign_in(ANNA)
    page = ask(anna, exam="ccm")
    assert page.request.path.startswith("/newsletter/preferences/")
    assert "You are subscribed" in page.text
    assert post.names() == ["newsletter/welcome"]
    with services.db.read() as session:
        evidence = session.scalars(select(SignUp)).one()
        assert not suppression.is_suppressed(session, ANNA, suppression.Purpose.BULK)
    assert (evidence.how, evidence.confirmed_at) == ("account", clock.now())


@pytest.mark.parametrize(("email", "proven"), [("bob@example.org", True), (ANNA, False)])
def test_who_did_not_prove_it_is_asked_like_everybody(
    anna: Browser, post: Post, sign_in: Callable[..., None], email: str, proven: bool
) -> None:
    sign_in(email, proven=proven)
    assert "Check your mail" in ask(anna).text
    assert post.names() == ["newsletter/confirm"]
