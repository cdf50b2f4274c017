"""The form that asks for the newsletter: what it takes, refuses and remembers, and who need not confirm."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from carrel import clock
from carrel.mail import suppression
from carrel.mail.models import SuppressionKind
from carrel.services import Services
from newsletter.subscribers.models import SignUp, Subscriber
from tests.support.accounts import make_reader, make_session
from tests.support.browser import Browser, forms_of
from tests.support.subscribing import ANNA, COOKIE, QueuedMails, ask, count, put_state

EVIL = ["Click http://evil.example", "<b>evil</b>", "\r\nBcc: evil@evil.example"]


@pytest.mark.parametrize("evil", EVIL)
def test_mail_13_mf_25_no_text_of_a_visitor_gets_into_a_mail(
    anna: Browser, post: QueuedMails, evil: str
) -> None:
    agent = {"User-Agent": evil.strip(), "Referer": f"https://carrel.test/{evil.strip()}"}
    fields = {"email": ANNA, "pace": "weekly", "name": evil, "subject": evil, "first_name": evil}
    anna.post("/subscribe/", fields, headers=agent)
    mail = post.newest()
    assert "evil" not in f"{mail.subject}{mail.text}{mail.html}"


@pytest.mark.parametrize(
    "email", ["", "anna", "anna@", "a b@example.org", "anna@example.org\r\nBcc: x@y.example"]
)
def test_what_is_no_address_comes_back_with_a_sentence(anna: Browser, post: QueuedMails, email: str) -> None:
    page = ask(anna, email)
    assert page.status_code == 400
    assert 'href="#page-email"' in page.text
    assert post.all() == []


@pytest.mark.parametrize(("field", "value"), [("exam", "none"), ("topic", "none"), ("pace", "hourly")])
def test_what_is_not_on_offer_is_refused(anna: Browser, post: QueuedMails, field: str, value: str) -> None:
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
    assert (len(asked.exams), asked.topics, asked.frequency) == (2, [], "weekly")


def test_a_robot_that_fills_in_the_hidden_field_gets_the_usual_answer_and_no_mail(
    anna: Browser, services: Services, post: QueuedMails
) -> None:
    assert "Check your email" in ask(anna, website="https://evil.example").text
    assert (post.all(), count(services, Subscriber)) == ([], 0)


def test_a_form_that_comes_back_at_once_must_be_sent_twice(
    anna: Browser, post: QueuedMails, noon: time_machine.Traveller
) -> None:
    page = anna.send(anna.get("/subscribe/"), 0, email=ANNA)
    assert (page.status_code, post.all()) == (400, [])
    assert "Press the button again" in page.text
    noon.shift(timedelta(seconds=2))
    assert "Check your email" in anna.send(page).text
    assert post.names() == ["newsletter/confirm"]


def test_a_forged_time_counts_as_none_at_all(anna: Browser, post: QueuedMails) -> None:
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


def test_auth_12_a_form_on_another_site_cannot_subscribe_anybody(anna: Browser, post: QueuedMails) -> None:
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
    anna: Browser, services: Services, post: QueuedMails, sign_in: Callable[..., None]
) -> None:
    put_state(services, SuppressionKind.COMPLAINT)
    sign_in(ANNA)
    page = ask(anna, exam="ccm")
    assert page.request.path.startswith("/newsletter/preferences/")
    assert "You are subscribed" in page.text
    assert post.names() == ["newsletter/welcome"]
    with services.db.read() as session:
        evidence = session.scalars(select(SignUp)).one()
        assert not suppression.is_suppressed(session, ANNA, suppression.MessageType.BULK)
    assert (evidence.method, evidence.confirmed_at) == ("account", clock.now())


@pytest.mark.parametrize(("email", "proven"), [("bob@example.org", True), (ANNA, False)])
def test_who_did_not_prove_it_is_asked_like_everybody(
    anna: Browser, post: QueuedMails, sign_in: Callable[..., None], email: str, proven: bool
) -> None:
    sign_in(email, proven=proven)
    assert "Check your email" in ask(anna).text
    assert post.names() == ["newsletter/confirm"]
