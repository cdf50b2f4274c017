"""A reader's plan: how it is read, kept and shown."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from articles.models import Exam, StudyItem
from carrel import clock
from carrel.accounts.models import Reader
from carrel.db import Database
from carrel.services import Services
from tests.support.accounts import make_reader
from tests.support.articles import put_article, put_exam
from tests.support.browser import Browser, forms_of
from tests.website.study.study_rows import event, put_item
from website.study.days import day_of
from website.study.log import store
from website.study.models import StudyPlan
from website.study.plan import (
    MINUTES,
    InvalidPlanError,
    PlanDraft,
    calendar_of,
    delete_plan,
    parse_plan,
    save_plan,
    zone_of,
)

GOOD = {"exam_date": "2027-03-31", "minutes": "30", "zone": "America/Chicago", "mail": "1"}
KEYS = ("panel", "letters", "act")
STUDY_LINK = re.compile(r'href="(/study/[^"]*)"')
NOW = datetime(2026, 11, 29, 8, 30, tzinfo=UTC)  # 02:30 in Chicago: the evening before goes on


def test_a_good_plan_is_read() -> None:
    assert parse_plan(GOOD) == PlanDraft(date(2027, 3, 31), 30, "America/Chicago", mail=True)
    assert parse_plan(GOOD | {"exam_date": "", "mail": ""}) == PlanDraft(
        None, 30, "America/Chicago", mail=False
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("exam_date", "31.3.2027"), ("exam_date", "0027-03-31"), ("exam_date", "2027-02-30"), ("exam_date", "2999-12-31"), ("minutes", "4"),
        ("minutes", "241"), ("minutes", "²0"), ("minutes", ""), ("minutes", "1" * 9), ("zone", "Chicago"), ("zone", ""),
        ("zone", "../UTC"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(field: str, value: str) -> None:
    with pytest.raises(InvalidPlanError) as error:
        parse_plan(GOOD | {field: value})
    assert list(error.value.errors) == [field]


@given(st.dictionaries(st.sampled_from(list(GOOD)), st.text()))
def test_whatever_is_typed_is_a_plan_or_is_refused(fields: dict[str, str]) -> None:
    with suppress(InvalidPlanError):
        assert parse_plan(fields).minutes in MINUTES


def test_a_reader_is_in_one_time_zone_and_the_day_begins_at_four_there(
    db: Database, services: Services
) -> None:
    reader_id = make_reader(db).id
    with db.write() as session:
        first, second = put_exam(session, "cpb").id, put_exam(session, "ccm").id
        assert str(zone_of(session, reader_id, services.settings)) == "UTC"
        save_plan(session, reader_id, first, PlanDraft(date(2026, 12, 5), 20, "Europe/Berlin", mail=False))
        save_plan(session, reader_id, second, PlanDraft(date(2026, 11, 1), 20, "America/Chicago", mail=False))
        save_plan(session, reader_id, second, PlanDraft(date(2026, 11, 1), 45, "America/Chicago", mail=False))
        assert zone_of(session, reader_id, services.settings) == ZoneInfo("America/Chicago")
        calendar = calendar_of(session, reader_id, services.settings, NOW)
    assert calendar.today == day_of(date(2026, 11, 28))
    assert calendar.exam_days == {first: day_of(date(2026, 12, 5))}, "an exam that is over changes nothing"
    with db.write() as session:
        delete_plan(session, reader_id, first)
        assert session.scalars(select(StudyPlan.minutes)).all() == [45]


@pytest.fixture
def reader(services: Services) -> Reader:
    """A reader who answered two of three items, one of them wrong."""
    with services.db.write() as session:
        for key in KEYS:
            put_item(session, key, objective="claims.lab")
    reader = make_reader(services.db)
    with services.db.write() as session:
        at = clock.now() - timedelta(days=9)
        day = day_of(at.date())
        store(session, reader.id, [event("panel", 1, at=at, day=day), event("letters", 3, at=at, day=day)])
    return reader


def test_a_plan_is_saved_and_shows_what_lies_ahead(services: Services, anna: Browser) -> None:
    page = anna.get("/study/plan/cpb")
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "1 review due today" in page.text
    assert "You have answered 2 of 3 items" in page.text
    assert "Until the exam" not in page.text
    ahead = (clock.now() + timedelta(days=30)).date()
    fields = forms_of(page)[0].fields | {"exam_date": ahead.isoformat(), "minutes": "45", "mail": "1"}
    saved = anna.post("/study/plan/cpb", fields)
    assert "Your plan is saved." in saved.text
    assert "Until the exam" in saved.text
    assert "1 item, 1 a day" in saved.text
    with services.db.read() as session:
        (plan,) = session.scalars(select(StudyPlan))
        assert (plan.exam_date, plan.minutes, plan.zone, plan.mail) == (ahead, 45, "UTC", True)


def test_a_plan_is_deleted_and_the_answers_stay(services: Services, anna: Browser) -> None:
    anna.send(anna.get("/study/plan/cpb"), 0, minutes="45")
    page = anna.send(anna.get("/study/plan/cpb"), 0, delete="1")
    assert "You have answered 2 of 3 items" in page.text
    with services.db.read() as session:
        assert session.scalars(select(StudyPlan)).all() == []


def test_a_wrong_plan_is_shown_as_it_was_typed(services: Services, anna: Browser) -> None:
    page = anna.send(anna.get("/study/plan/cpb"), 0, minutes="1000", zone="Atlantis")
    assert page.status_code == 400
    assert 'value="1000"' in page.text
    assert "Choose a time zone from the list." in page.text
    with services.db.read() as session:
        assert session.scalars(select(StudyPlan)).all() == []


def test_a_form_without_its_fields_is_refused(anna: Browser) -> None:
    token = forms_of(anna.get("/study/plan/cpb"))[0].fields["csrf_token"]
    page = anna.post("/study/plan/cpb", {"csrf_token": token})
    assert page.status_code == 400
    assert "Please correct these" in page.text


def test_a_plan_leads_only_to_what_there_is(services: Services, anna: Browser) -> None:
    with services.db.write() as session:
        for domain, kind in [("claims", "question"), ("rules", "card")]:
            put_article(session, f"about-{domain}", domain=domain)
            put_item(session, domain, article=f"about-{domain}", kind=kind, objective=domain)
    for gone in (KEYS, [*KEYS, "claims"]):
        with services.db.write() as session:
            session.execute(update(StudyItem).where(StudyItem.key.in_(gone)).values(retired=True))
        links = STUDY_LINK.findall(anna.get("/study/plan/cpb").text)
        assert ("/study/cpb/practice?domain=claims" in links) is (gone == KEYS)
        assert {link: anna.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_a_plan_is_nobody_elses(app: Flask, reader: Reader) -> None:
    assert Browser(app).get("/study/plan/cpb").request.path == "/sign-in/"


def test_there_is_no_plan_for_an_exam_that_is_not_there(anna: Browser, services: Services) -> None:
    page = anna.get("/study/plan/cpb")
    assert anna.get("/study/plan/nowhere").status_code == 404
    assert anna.post("/study/plan/nowhere", forms_of(page)[0].fields | {"minutes": "9"}).status_code == 404
    with services.db.read() as session:
        assert session.scalars(select(Exam.slug)).all() == ["cpb"]


@pytest.mark.parametrize("word", ["streak", "lost", "behind", "probability to pass: "])
def test_the_pages_never_blame_anybody(anna: Browser, word: str) -> None:
    for path in ("/study/plan/cpb", "/study/today"):
        assert word not in anna.get(path).text.lower()
