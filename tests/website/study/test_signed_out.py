"""Nothing is lost of what a reader sends after they were signed out: it is shown, and comes back once they are signed in."""

import html
import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import delete, select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from articles.models import StudyItem
from carrel.accounts.models import Reader, ReaderSession
from carrel.accounts.paths import LONGEST, safe_path
from carrel.services import Services
from tests.articles.items import ANSWER, ORDER
from tests.support.accounts import make_session
from tests.support.browser import Browser, forms_of
from tests.website.pages.test_account import SESSION
from tests.website.study.bank import put_article_with
from tests.website.study.review_forms import TODAY, ago, due_form, events, send, tell
from tests.website.study.study_rows import event, graded
from website.study.models import StudyPlan
from website.study.signed_out import way_back

BACK = re.compile(r'href="(/sign-in/\?next=[^"]*)"')


@pytest.mark.parametrize("words", ["TEFRA & more", "50%", "a/b", "Überweisung", "what? #1", "x=y;z"])
def test_the_way_back_has_the_form_in_it_and_is_followed(words: str) -> None:
    back = way_back(TODAY, MultiDict([("csrf_token", "secret"), ("answer.act", words), ("empty", "")]))
    assert safe_path(back) == back
    assert back.startswith(f"{TODAY}?answer.act=")
    assert "secret" not in back
    assert "empty" not in back


@pytest.mark.parametrize("words", ["long " * 200, "back\\slash"])
def test_what_an_address_cannot_hold_is_left_out(words: str) -> None:
    form = MultiDict([("answer.act", words)])
    assert way_back(TODAY, form, "exam=cpb&item=act") == f"{TODAY}?exam=cpb&item=act"
    assert way_back(TODAY, form) == TODAY


def test_the_way_back_of_a_question_with_the_longest_key_is_followed() -> None:
    key = "k" * 60
    form = MultiDict([("event", "e" * 36), ("exam", "x" * 40), ("item", key), (f"seen.{key}", "0" * 32)])
    form.setlist(f"answer.{key}", ["1", "3"])
    assert len(way_back(TODAY, form)) < LONGEST
    assert "answer." in way_back(TODAY, form)


def end_all_sessions(services: Services) -> None:
    """As "Sign out everywhere" on another device."""
    with services.db.write() as session:
        session.execute(delete(ReaderSession))


def sign_out_in_another_tab(_: Services, browser: Browser) -> None:
    browser.post("/sign-out", forms_of(browser.get("/account/"))[0].fields)


def sign_in_again(services: Services, browser: Browser, reader: Reader) -> None:
    token = make_session(services.db, reader)
    browser.client.set_cookie(SESSION, token, domain="carrel.test", secure=True)


def way_of(page: TestResponse) -> str:
    """Where the page leads after signing in."""
    (link,) = BACK.findall(page.text.partition("<main")[2])
    return html.unescape(link)


def test_an_answer_after_the_session_ended_is_checked_and_kept_after_signing_in(
    services: Services, anna: Browser, reader: Reader
) -> None:
    tell(services, reader, event("panel", 1, **ago(9)))
    page = anna.get(TODAY)
    end_all_sessions(services)
    signed_out = send(anna, page, answer__panel="1")
    assert signed_out.status_code == 403
    assert signed_out.headers["Cache-Control"] == "private, no-store"
    assert "You are signed out" in signed_out.text
    assert "As performed." in signed_out.text
    assert len(events(services)) == 1

    sign_in_again(services, anna, reader)
    again = anna.get(way_of(signed_out))
    assert again.status_code == 200
    assert "not kept yet. Check your answer again." in again.text
    form = due_form(again)
    assert (form["answer.panel"], form["event"]) == ("1", due_form(page)["event"])
    assert "As performed." in send(anna, again).text
    assert events(services)[-1][:4] == ("answer", "review", 3, 0b10)


def test_an_answer_after_signing_out_in_another_tab_is_not_lost(
    services: Services, anna: Browser, reader: Reader
) -> None:
    tell(services, reader, event("panel", 1, **ago(9)))
    page = anna.get(TODAY)
    sign_out_in_another_tab(services, anna)
    signed_out = send(anna, page, answer__panel="0")
    assert signed_out.status_code == 403
    assert "Your answer, wrong" in signed_out.text
    sign_in_again(services, anna, reader)
    assert due_form(anna.get(way_of(signed_out)))["answer.panel"] == "0"


def test_who_has_signed_in_again_meanwhile_gets_the_item_as_it_was_answered(
    services: Services, anna: Browser, reader: Reader
) -> None:
    tell(services, reader, event("panel", 1, **ago(9)))
    page = anna.get(TODAY)
    sign_in_again(services, anna, reader)
    again = send(anna, page, answer__panel="1")
    assert again.status_code == 403
    assert len(events(services)) == 1
    assert due_form(again)["answer.panel"] == "1"
    assert send(anna, again).status_code == 200
    assert len(events(services)) == 2


def test_the_grade_of_a_card_comes_back_in_words(services: Services, anna: Browser, reader: Reader) -> None:
    tell(services, reader, graded("percent", 3, **ago(9)))
    page = anna.get(TODAY)
    end_all_sessions(services)
    signed_out = send(anna, page, grade="2")
    sign_in_again(services, anna, reader)
    again = anna.get(way_of(signed_out))
    assert "Press “Hard” again." in again.text
    send(anna, again, grade="2")
    assert events(services)[-1][:3] == ("grade", "review", 2)


def test_an_item_that_was_edited_meanwhile_comes_back_to_be_answered_anew(
    services: Services, anna: Browser, reader: Reader
) -> None:
    tell(services, reader, event("panel", 1, **ago(9)))
    page = anna.get(TODAY)
    end_all_sessions(services)
    signed_out = send(anna, page, answer__panel="1", seen__panel="1" * 32)
    assert "As performed." not in signed_out.text
    sign_in_again(services, anna, reader)
    again = anna.get(way_of(signed_out))
    assert "Edited since" in again.text
    assert "answer.panel" not in due_form(again)


def test_words_and_numbers_are_filled_in_again(services: Services, anna: Browser) -> None:
    with services.db.write() as session:
        put_article_with(session, "kinds", ANSWER + ORDER, "rules")
        seen = {
            item.key: f"exam=cpb&item={item.key}&seen.{item.key}={item.revision}"
            for item in session.scalars(select(StudyItem))
        }
    page = anna.get(f"{TODAY}?{seen['letters']}&answer.letters=Competitive+plan")
    assert due_form(page)["answer.letters"] == "Competitive plan"
    page = anna.get(f"{TODAY}?{seen['claim-life']}&place.claim-life.0=2&place.claim-life.2=1")
    places = {name: value for name, value in due_form(page).items() if name.startswith("place.")}
    assert places == {"place.claim-life.0": "2", "place.claim-life.1": "", "place.claim-life.2": "1"}


@pytest.mark.parametrize("query", ["exam=cpb", "item=panel", "exam=cpb&item=nothing", "exam=ccs&item=panel"])
def test_an_address_that_names_no_item_shows_what_is_due(anna: Browser, query: str) -> None:
    assert "Nothing is due" in anna.get(f"{TODAY}?{query}").text


def test_an_address_makes_no_event_id_that_is_none(anna: Browser) -> None:
    page = anna.get(f"{TODAY}?exam=cpb&item=panel&seen.panel={'0' * 32}&event=mine&answer.panel=1")
    assert len(due_form(page)["event"]) == 36


def test_a_form_of_nothing_from_nobody_is_refused(app: Flask, reader: Reader) -> None:
    guest = Browser(app)
    fields = {"csrf_token": forms_of(guest.get("/sign-in/"))[0].fields["csrf_token"], "exam": "cpb"}
    assert guest.post(TODAY, fields | {"item": "nothing"}).status_code == 403


def test_a_plan_after_the_session_ended_is_saved_after_signing_in(
    services: Services, anna: Browser, reader: Reader
) -> None:
    page = anna.get("/study/plan/cpb")
    end_all_sessions(services)
    signed_out = anna.send(page, 0, minutes="45", exam_date="2031-03-31", mail="1")
    assert signed_out.status_code == 403
    assert "your plan is not changed yet" in signed_out.text
    sign_in_again(services, anna, reader)
    again = anna.get(way_of(signed_out))
    assert "nothing is changed yet" in again.text
    assert "Your plan is saved." in anna.send(again, 0).text
    with services.db.read() as session:
        (plan,) = session.scalars(select(StudyPlan))
        assert (plan.minutes, plan.exam_date, plan.mail) == (45, date(2031, 3, 31), True)


def test_a_plan_of_who_has_signed_in_again_meanwhile_is_shown_as_it_was_typed(
    services: Services, anna: Browser, reader: Reader
) -> None:
    page = anna.get("/study/plan/cpb")
    sign_in_again(services, anna, reader)
    again = anna.send(page, 0, minutes="45")
    assert again.status_code == 403
    assert 'value="45"' in again.text
    with services.db.read() as session:
        assert session.scalars(select(StudyPlan)).all() == []
    assert "Your plan is saved." in anna.send(again, 0).text


def test_a_stale_form_of_an_exam_that_is_not_there_is_not_found(services: Services, anna: Browser) -> None:
    assert anna.post("/study/plan/nowhere", {"minutes": "45"}).status_code == 404
