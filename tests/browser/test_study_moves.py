"""Somebody studies for three weeks on a phone, without an account, and finds all of it on a laptop."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import select

from articles.models import StudyItem
from carrel.accounts.models import Reader
from tests.browser.conftest import WIDE, Profile
from tests.browser.studying import (
    DEVICE,
    PRACTICE,
    answer,
    give,
    kept,
    logged,
    sign_in,
    stop_reading,
    wait_for_rows,
)
from tests.support.live import LiveSite
from website.study.days import study_day
from website.study.models import ReadMark, StudyState
from website.study.replay import PastEvent, fold

PHONE: ViewportSize = {"width": 390, "height": 844}
WEEKS = 21  # days
CARDS = (
    "cmp-capitation",
    "cmp-assessment",
    "cob-birth-years",
    "cob-rule-kind",
    "msp-thresholds",
    "msp-accident",
)
QUESTIONS = ("cmp-panel", "cob-owen", "cob-decree", "msp-two-patients", "clean-pointer")


def study_for_three_weeks(page: Page, today: datetime) -> None:
    """Every day some cards, every third day a question that is missed; the first day on a practice page."""
    page.clock.set_fixed_time(today - timedelta(days=WEEKS))
    page.goto(PRACTICE)
    answer(page)
    wait_for_rows(page, 1)
    for day in range(WEEKS):
        page.clock.set_fixed_time(today - timedelta(days=WEEKS - day - 0.2))
        give(page, CARDS[day % len(CARDS)], grade=1 + day % 4)
        if day % 3 == 0:
            give(page, QUESTIONS[day % len(QUESTIONS)], grade=1 if day % 2 else 3)
    page.clock.set_fixed_time(today)


def read(page: Page) -> None:
    """One article is read, in another the reader stops."""
    page.goto("/articles/timely-filing/")
    page.get_by_role("button", name="Mark as read").click()
    wait_for_rows(page, 1, "reads")
    page.goto("/articles/what-cmp-means/")
    stop_reading(page, 1)
    wait_for_rows(page, 2, "reads")


def shown(page: Page) -> list[str]:
    """What the page about this browser says of the study so far."""
    page.goto(DEVICE)
    page.get_by_role("heading", name="Take it along").wait_for()
    headings = ("Due today", "Reading", "Exams")
    return [
        page.locator("section.card", has=page.get_by_role("heading", name=name)).inner_text()
        for name in headings
    ]


def due_keys(page: Page) -> set[str]:
    page.get_by_role("button", name="Begin").click()
    items: set[str] = set(
        page.eval_on_selector_all(".study-item", "(items) => items.map((item) => item.dataset.item)")
    )
    return items


def due_in_the_account(site: LiveSite, reader: Reader, today: datetime) -> set[str]:
    query = select(StudyItem.key).join(StudyState, StudyState.item_id == StudyItem.id)
    query = query.where(StudyState.reader_id == reader.id, StudyState.due_day <= study_day(today, UTC))
    with site.services.db.read() as session:
        return set(session.scalars(query))


def add_to_the_account(page: Page) -> None:
    page.goto("/account/")
    with page.expect_response("**/study/log"):
        page.get_by_role("button", name="Add to my account").click()
    wait_for_rows(page, 0)
    wait_for_rows(page, 0, "queue")


def test_three_weeks_on_a_phone_are_found_on_a_laptop_by_a_file_and_by_an_account(
    profile: Profile, site: LiveSite, tmp_path: Path
) -> None:
    today = datetime.now(UTC) - timedelta(minutes=5)
    anywhere: dict[str, Any] = {"timezone_id": "UTC"}
    phone = profile(viewport=PHONE, **anywhere).new_page()
    study_for_three_weeks(phone, today)
    read(phone)
    rows, on_the_phone = kept(phone), shown(phone)
    assert len(rows) == 1 + WEEKS + WEEKS // 3
    assert len({row[8] for row in rows}) >= WEEKS
    with phone.expect_download() as saved:
        phone.get_by_role("button", name="Save as a file").click()
    file = tmp_path / "study.json"
    saved.value.save_as(file)
    due = due_keys(phone)
    assert 0 < len(due) < 20

    laptop = profile(viewport=WIDE, **anywhere).new_page()
    laptop.clock.set_fixed_time(today)
    laptop.goto(DEVICE)
    laptop.get_by_label("Open a file from another browser").set_input_files(file)
    wait_for_rows(laptop, len(rows))
    assert shown(laptop) == on_the_phone
    assert due_keys(laptop) == due

    reader = sign_in(laptop, site)
    add_to_the_account(laptop)
    assert {event.event_id for event in logged(site, reader)} == {row[0] for row in rows}
    assert due_in_the_account(site, reader, today) == due
    laptop.goto("/study/today")
    expect(laptop.get_by_text(f"{len(due)} due")).to_be_visible()
    with site.services.db.read() as session:
        marks = session.scalars(select(ReadMark).where(ReadMark.reader_id == reader.id)).all()
    assert sorted((mark.is_read, bool(mark.anchor)) for mark in marks)[0] == (False, True)
    assert len(marks) == 2

    sign_in(phone, site, reader)  # the same account on the phone: nothing is counted twice
    add_to_the_account(phone)
    assert len(logged(site, reader)) == len(rows)
    assert due_in_the_account(site, reader, today) == due


CHANGED = frozenset(QUESTIONS[:3])  # they mean something else by now
KNOWN = QUESTIONS[2]  # one of them, which was answered right at all times before


def random_events(chance: random.Random, today: int) -> list[list[Any]]:
    """Answers, grades, marks of twelve items over eighty days, some of them before an item changed."""
    rows = []
    for number in range(300):
        key, day = chance.choice((*CARDS, *QUESTIONS)), today - chance.randrange(1, 80)
        kind = "grade" if key in CARDS else "answer"
        kind = chance.choice(("mark", "unmark", *[kind] * 8))
        grade = chance.randrange(1, 5 if kind == "grade" else 4) if kind in {"grade", "answer"} else 0
        event_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        meaning = chance.choice((1, 1, 1, 2)) if key in CHANGED else 1
        if key == KNOWN:
            kind, grade, meaning = "answer", 3, 1
        rows.append(
            [
                event_id,
                kind,
                "cpb",
                key,
                "0" * 32,
                meaning,
                grade,
                0,
                day,
                day * 86_400_000 + number,
                "review",
            ]
        )
    return rows


def due_by_the_servers_rules(rows: list[list[Any]], today: int) -> set[str]:
    due = set()
    for key in {row[3] for row in rows}:
        events = [
            PastEvent(row[8], datetime.fromtimestamp(row[9] / 1000, UTC), row[0], row[1], row[6], row[5])
            for row in rows
            if row[3] == key
        ]
        remembered = fold(events)
        is_changed = remembered and remembered.meaning < (2 if key in CHANGED else 1)
        if remembered and (is_changed or remembered.due_day <= today):
            due.add(key)
    return due


@pytest.mark.parametrize("seed", range(4))
def test_the_browser_finds_the_same_due_as_the_server_whatever_the_order(profile: Profile, seed: int) -> None:
    now = datetime.now(UTC)
    today, chance = study_day(now, UTC), random.Random(seed)
    rows = random_events(chance, today)
    page = profile(timezone_id="UTC").new_page()
    page.clock.set_fixed_time(now)
    changed = items_of_now(page)
    page.route("**/study/items/*", lambda route: route.fulfill(json=changed))
    page.goto(DEVICE)
    chance.shuffle(rows)
    page.evaluate(
        "(rows) => carrelStore.within((parts) => { for (const row of rows) carrelStore.put(parts, row); }, true)",
        rows,
    )
    page.goto(DEVICE)
    due = due_by_the_servers_rules(rows, today)
    assert KNOWN in due
    assert due_keys(page) == due


def items_of_now(page: Page) -> dict[str, Any]:
    """The items, some of which mean something else than before."""
    file: dict[str, Any] = page.request.get("/study/items/cpb.json").json()
    for item in file["items"]:
        item["meaning"] += item["key"] in CHANGED
    return file
