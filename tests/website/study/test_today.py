"""The page of what is due: one item after the other, without any script."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from articles.models import StudyItem
from carrel.accounts.models import Reader
from carrel.services import Services
from tests.support.browser import Browser
from tests.website.study.review_forms import ago, due_form, events, send, tell
from tests.website.study.study_rows import event, graded
from website.study import today
from website.study.models import StudyState
from website.study.replay import NEVER


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
    assert "Coming up" in done.text


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
