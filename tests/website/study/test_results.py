"""What comes of the answers to a practice set."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from articles.models import Exam
from carrel.db import Database
from tests.website.study.practice_forms import PRACTICE, answers, parsed, sign_in
from website.study.models import StudyEvent, StudyPlan


def test_reasons_are_given_for_what_was_chosen_and_for_what_is_right(
    client: FlaskClient, library: None
) -> None:
    path = f"{PRACTICE}?article=kinds"
    text = client.post(
        path, data=answers(client.get(path).text, panel="0", letters="capitated medical payment")
    ).text
    item = parsed(text).get_element_by_id("item-panel")
    said = {each.text: each.getparent().text_content() for each in item.xpath(".//p[@class='study-said']")}
    assert "Thirteen is no panel" in said["Your answer, wrong"]
    assert "Report what was performed" in said["The right answer"]
    assert "That is how the plans were paid" in text.partition("A known mistake")[2]
    assert '/articles/kinds/#question-panel"' in text


def test_a_checked_item_can_be_reported(client: FlaskClient, library: None) -> None:
    path = f"{PRACTICE}?article=kinds"
    open_set = client.get(path).text
    assert "/study/report" not in open_set
    checked = parsed(client.post(path, data=answers(open_set, panel="0")).text)
    item = checked.get_element_by_id("item-panel")
    (form,) = item.xpath(".//form[@action='/study/report']")
    sent = dict(form.form_values()) | {"words": "The source has moved."}
    assert (sent["exam"], sent["item"], sent["revision"]) == ("cpb", "panel", item.get("data-revision"))
    assert "Thank you" in client.post("/study/report", data=sent).text


def test_an_order_and_a_gap_are_checked_too(client: FlaskClient, library: None) -> None:
    path = f"{PRACTICE}?article=kinds"
    sent = answers(client.get(path).text, act=" tefra. ")
    sent |= {f"place.claim-life.{index}": str(index + 1) for index in range(3)}
    assert "<h1>2 of 2 right" in client.post(path, data=sent).text
    text = client.post(path, data=sent | {"place.claim-life.0": "2"}).text
    assert "<h1>1 of 2 right" in text
    assert "You put it at 2" in text


def test_results_go_by_domain_and_say_what_to_read(client: FlaskClient, library: None) -> None:
    sent = {
        "seen.clean-1": revision(client, "clean-1"),
        "answer.clean-1": "1",
        "seen.panel": revision(client, "panel"),
        "answer.panel": "1",
    }
    page = parsed(client.post(PRACTICE, data=sent).text)
    lines = [line.text_content().split("\n") for line in page.xpath("//section[@class='study-results']//li")]
    assert [line[0] for line in lines] == ["Claims 0 of 1 right", "Rules 1 of 1 right"]
    assert lines[0][1] == "Read again: Clean claims"
    assert len(lines[1]) < 3


def revision(client: FlaskClient, key: str) -> str:
    """The revision of an item that some set shows."""
    for number in range(8):
        found = re.search(
            rf'name="seen.{key}" value="(\w+)"',
            client.get(f"{PRACTICE}?set={number}", follow_redirects=True).text,
        )
        if found:
            return found[1]
    raise AssertionError(key)


def test_what_was_not_answered_says_so_and_is_no_mistake(client: FlaskClient, library: None) -> None:
    path = f"{PRACTICE}?article=kinds"
    text = client.post(path, data=answers(client.get(path).text, panel="1")).text
    assert "<h1>1 of 1 right" in text
    assert "4 not answered, not counted as wrong" in text
    assert text.count(">Not answered</p>") == 4
    assert "Practice the wrong" not in text


def test_an_item_that_was_edited_meanwhile_is_not_checked(client: FlaskClient, library: None) -> None:
    path = f"{PRACTICE}?article=kinds"
    sent = answers(client.get(path).text, panel="0") | {"seen.panel": "0" * 32}
    text = client.post(path, data=sent).text
    assert "Edited since you opened this page: answer it again" in text
    assert "<h1>0 of 0 right" in text


def test_numbers_that_are_none_choose_nothing_that_is_right(client: FlaskClient, library: None) -> None:
    path = f"{PRACTICE}?article=kinds"
    sent = answers(client.get(path).text, panel="99999999999999999999", fasting="x")
    sent |= {"place.claim-life.0": "-1", "place.claim-life.1": "²"}
    assert "<h1>0 of 3 right" in client.post(path, data=sent).text


@pytest.mark.parametrize("number", ["40", "41", "63", "99"])
def test_a_number_beyond_all_options_is_kept_as_a_wrong_answer(
    app: Flask, client: FlaskClient, db: Database, library: None, number: str
) -> None:
    sign_in(app, client, db)
    fields = answers(client.get(PRACTICE).text, clean_1=number, clean_2=number)
    assert "0 of " in client.post(PRACTICE, data=fields).text
    with db.read() as session:
        assert {event.grade for event in session.scalars(select(StudyEvent))} == {1}


def test_answers_of_a_signed_in_reader_go_into_the_log_once(
    app: Flask, client: FlaskClient, db: Database, library: None
) -> None:
    reader = sign_in(app, client, db)
    with db.write() as session:
        exam = session.scalars(select(Exam)).one()
        session.add(StudyPlan(reader_id=reader, exam_id=exam.id, zone="Pacific/Kiritimati", minutes=20))
    path = f"{PRACTICE}?article=kinds"
    sent = answers(client.get(path).text, panel="0", fasting="1")
    for _ in range(2):
        assert client.post(path, data=sent).status_code == 200
    with db.read() as session:
        events = session.scalars(select(StudyEvent).where(StudyEvent.reader_id == reader)).all()
    assert sorted((event.kind, event.grade, event.choice, event.mode) for event in events) == [
        ("answer", 1, 1, "practice"),
        ("answer", 3, 2, "practice"),
    ]


def test_without_a_script_a_signed_in_reader_marks_items_and_a_guest_is_not_asked(
    app: Flask, client: FlaskClient, db: Database, library: None
) -> None:
    path = f"{PRACTICE}?article=kinds"
    assert "mark." not in client.get(path).text
    sign_in(app, client, db)
    page = client.get(path).text
    assert '<noscript><label class="choice"><input type="checkbox" name="mark.panel">' in page
    for _ in range(2):
        client.post(path, data=answers(page) | {"mark.panel": "on", "mark.none": "on"})
    with db.read() as session:
        events = session.scalars(select(StudyEvent)).all()
    assert [(event.kind, event.grade, event.choice) for event in events] == [("mark", 0, 0)]


def test_answers_of_a_session_whose_address_is_not_proven_are_kept_nowhere(
    app: Flask, client: FlaskClient, db: Database, library: None
) -> None:
    sign_in(app, client, db, proven=False)
    path = f"{PRACTICE}?article=kinds"
    assert client.post(path, data=answers(client.get(path).text, panel="0")).status_code == 200
    with db.read() as session:
        assert session.scalars(select(StudyEvent)).all() == []


def test_a_guests_answers_are_kept_nowhere(client: FlaskClient, db: Database, library: None) -> None:
    path = f"{PRACTICE}?article=kinds"
    client.post(path, data=answers(client.get(path).text, panel="0"))
    with db.read() as session:
        assert session.scalars(select(StudyEvent)).all() == []
