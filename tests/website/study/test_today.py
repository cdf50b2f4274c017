"""The page of what is due: one item after the other, without any script."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from articles.models import StudyItem
from carrel import clock
from carrel.accounts.models import Reader
from carrel.services import Services
from tests.support.accounts import make_reader
from tests.support.browser import Browser, forms_of
from tests.website.pages.test_account import enter
from tests.website.study.study_rows import as_json, event, graded, put_item
from website.app import LARGEST_BODY_BYTES
from website.study import today
from website.study.days import study_day
from website.study.events import MOST_EVENTS, StudyRow
from website.study.log import store
from website.study.log_routes import LARGEST_LOG_BYTES
from website.study.models import StudyEvent, StudyState
from website.study.replay import NEVER


def ago(days: int) -> dict[str, Any]:
    """When something was answered, for the columns of an event."""
    at = clock.now() - timedelta(days=days)
    return {"at": at, "day": study_day(at, UTC)}


@pytest.fixture
def reader(services: Services) -> Reader:
    """A reader of a site with a question and a card."""
    with services.db.write() as session:
        put_item(session, "panel", position=1)
        put_item(session, "percent", position=2, kind="card")
    return make_reader(services.db)


@pytest.fixture
def anna(services: Services, app: Flask, reader: Reader) -> Browser:
    """A browser that is signed in."""
    return enter(services, app, reader)


def tell(services: Services, reader: Reader, *rows: StudyRow) -> None:
    with services.db.write() as session:
        store(session, reader.id, rows)


def events(services: Services) -> list[tuple[str, str, int, int, str]]:
    with services.db.read() as session:
        return [
            (row.kind, row.mode, row.grade, row.choice, row.revision)
            for row in session.scalars(select(StudyEvent).order_by(StudyEvent.at, StudyEvent.study_day))
        ]


def due_form(page: TestResponse) -> dict[str, str]:
    return next(form.fields for form in forms_of(page) if form.action == "/study/today")


def send(browser: Browser, page: TestResponse, **typed: str) -> TestResponse:
    fields = {name.replace("__", "."): value for name, value in typed.items()}
    return browser.post("/study/today", due_form(page) | fields)


def test_a_guest_is_told_how_it_works_and_where_this_browsers_own_is(app: Flask) -> None:
    page = Browser(app).get("/study/today")
    assert page.request.path == "/study/today"
    assert 'href="/study/device"' in page.text
    assert 'href="/sign-in/?next=/study/today"' in page.text
    assert page.headers["Cache-Control"] == "private, no-store"


def test_nothing_is_due_for_somebody_new(anna: Browser) -> None:
    page = anna.get("/study/today")
    assert "Nothing is due" in page.text
    assert page.headers["Cache-Control"] == "private, no-store"


def test_a_question_is_answered_and_checked_and_is_not_due_any_longer(
    services: Services, anna: Browser, reader: Reader
) -> None:
    tell(services, reader, event("panel", 1, **ago(9)))
    page = anna.get("/study/today")
    assert "1 due" in page.text
    checked = send(anna, page, answer__panel="1")
    assert checked.status_code == 200
    assert "As performed." in checked.text
    assert "This was the last one" in checked.text
    assert events(services)[-1][:4] == ("answer", "review", 3, 0b10)
    assert "Nothing is due" in anna.get("/study/today").text


def test_what_is_missed_comes_again_after_the_others_until_it_is_known(
    services: Services, anna: Browser, reader: Reader
) -> None:
    tell(services, reader, event("panel", 1, **ago(9)), graded("percent", 3, **ago(8)))
    page = send(anna, anna.get("/study/today"), answer__panel="0")
    assert "1 due" in page.text
    assert "1 to be answered once more" in page.text
    card = anna.get("/study/today")
    assert due_form(card)["item"] == "percent"
    again = send(anna, card, grade="3")
    assert due_form(again)["item"] == "panel"
    assert "Once more" in again.text
    send(anna, again, answer__panel="1")
    done = anna.get("/study/today")
    assert "Nothing is due" in done.text
    assert "In the next days" in done.text


@pytest.mark.parametrize("grade", [1, 2, 3, 4])
def test_a_card_is_graded_and_the_next_one_comes(
    services: Services, anna: Browser, reader: Reader, grade: int
) -> None:
    tell(services, reader, graded("percent", 3, **ago(9)))
    page = anna.get("/study/today")
    assert [word in page.text for word in ("Again", "Hard", "Good", "Easy")] == [True] * 4
    after = send(anna, page, grade=str(grade))
    assert events(services)[-1][:3] == ("grade", "review", grade)
    assert ("Once more" in after.text) == (grade == 1)


def test_a_form_that_is_sent_twice_is_one_answer(services: Services, anna: Browser, reader: Reader) -> None:
    tell(services, reader, graded("percent", 3, **ago(9)))
    page = anna.get("/study/today")
    send(anna, page, grade="1")
    send(anna, page, grade="4")
    assert [row[2] for row in events(services)] == [3, 1]


def test_what_was_not_answered_is_not_kept(services: Services, anna: Browser, reader: Reader) -> None:
    tell(services, reader, event("panel", 1, **ago(9)))
    page = send(anna, anna.get("/study/today"))
    assert page.status_code == 422
    assert "Not answered yet" in page.text
    assert len(events(services)) == 1


def test_what_was_edited_meanwhile_is_shown_again(services: Services, anna: Browser, reader: Reader) -> None:
    tell(services, reader, event("panel", 1, **ago(9)))
    page = send(anna, anna.get("/study/today"), answer__panel="1", seen__panel="1" * 32)
    assert page.status_code == 409
    assert "Edited since" in page.text
    assert len(events(services)) == 1


def test_what_means_something_else_says_so(services: Services, anna: Browser, reader: Reader) -> None:
    tell(services, reader, graded("percent", 4, **ago(1)))
    assert "Nothing is due" in anna.get("/study/today").text
    with services.db.write() as session:
        session.scalars(select(StudyItem).where(StudyItem.key == "percent")).one().meaning = 2
    page = anna.get("/study/today")
    assert "Changed since you answered" in page.text
    send(anna, page, grade="3")
    assert "Nothing is due" in anna.get("/study/today").text


def test_what_nobody_wants_to_review_any_longer_is_left_out(
    services: Services, anna: Browser, reader: Reader
) -> None:
    tell(services, reader, event("panel", 1, **ago(9)))
    page = send(anna, anna.get("/study/today"), unmark="1")
    assert "Nothing is due" in page.text
    assert events(services)[-1][:3] == ("unmark", "review", 0)
    with services.db.read() as session:
        assert session.scalars(select(StudyState.due_day)).all() == [NEVER]


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"item": "nowhere"}, 404), ({"exam": "ccs"}, 404), ({"event": "1"}, 400), ({"grade": "5"}, 400)],
)
def test_what_no_form_of_ours_sends_is_refused(
    services: Services, anna: Browser, reader: Reader, fields: dict[str, str], status: int
) -> None:
    tell(services, reader, graded("percent", 3, **ago(9)))
    form = due_form(anna.get("/study/today")) | {"grade": "3"} | fields
    assert anna.post("/study/today", form).status_code == status


def test_whoever_is_not_signed_in_cannot_answer(app: Flask, services: Services, reader: Reader) -> None:
    guest = Browser(app)
    form = forms_of(guest.get("/sign-in/"))[0].fields
    answer = guest.post("/study/today", {"csrf_token": form["csrf_token"], "item": "panel"}, follow=False)
    assert answer.location.startswith("/sign-in/")


def test_nobody_answers_faster_than_a_person(
    services: Services, anna: Browser, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(today, "ANSWERS", replace(today.ANSWERS, count=1))
    tell(services, reader, graded("percent", 3, **ago(9)))
    again = send(anna, anna.get("/study/today"), grade="1")
    assert send(anna, again, grade="1").status_code == 429


def test_what_became_a_case_is_out_of_the_way(services: Services, anna: Browser, reader: Reader) -> None:
    tell(services, reader, event("panel", 1, **ago(9)), graded("percent", 3, **ago(90)))
    with services.db.write() as session:
        item = session.scalars(select(StudyItem).where(StudyItem.key == "panel")).one()
        item.kind, item.meaning = "case", 2
    page = anna.get("/study/today")
    assert "1 due" in page.text
    assert "Nothing is due" in send(anna, page, grade="3").text


# What devices tell.


def test_a_device_tells_and_is_told_what_is_kept(services: Services, anna: Browser, reader: Reader) -> None:
    body = {"events": [as_json(event()), as_json(event("nowhere"))], "reads": [["clean-claims", "end", 1, 5]]}
    answer = anna.client.post("/study/log", json=body)
    assert (answer.status_code, answer.json) == (200, {"stored": 2, "refused": 1})
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_device_of_a_guest_is_not_heard(app: Flask) -> None:
    assert Browser(app).client.post("/study/log", json={"events": []}).status_code == 401


def test_a_browser_that_only_has_the_pass_is_not_heard(
    services: Services, app: Flask, reader: Reader
) -> None:
    other = enter(services, app, reader, proven=False)
    assert other.client.post("/study/log", json={"events": []}).status_code == 401


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 400), (b" " * (128 * 1024 + 1), 413)])
def test_a_malformed_or_large_body_is_refused(anna: Browser, body: bytes, status: int) -> None:
    answer = anna.client.post("/study/log", data=body, content_type="application/json")
    assert answer.status_code == status


def test_a_device_that_was_away_tells_more_than_any_form_holds(anna: Browser) -> None:
    rows = [as_json(event("x" * 80)) for _ in range(MOST_EVENTS)]
    body = json.dumps({"events": rows}).encode()
    assert LARGEST_BODY_BYTES < len(body) < LARGEST_LOG_BYTES
    answer = anna.client.post("/study/log", data=body, content_type="application/json")
    assert (answer.status_code, answer.json) == (200, {"stored": 0, "refused": MOST_EVENTS})


def test_another_site_cannot_tell(anna: Browser) -> None:
    headers = {"Origin": "https://evil.test"}
    assert anna.client.post("/study/log", json={"events": []}, headers=headers).status_code == 403


def test_a_moment_is_read_as_utc(services: Services, anna: Browser, reader: Reader) -> None:
    row = as_json(event(at=datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)))
    anna.client.post("/study/log", json={"events": [row]})
    with services.db.read() as session:
        (kept,) = session.scalars(select(StudyEvent.at))
        assert kept == datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
