"""The page about this browser: what is due there, reading that goes on, and forgetting."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, Profile
from tests.browser.studying import (
    ARTICLE,
    DATABASES,
    DEVICE,
    OFFLINE_READY,
    WORKERS,
    cached,
    give,
    kept,
    overview,
    sign_in,
    stop_reading,
    wait_for_rows,
    wait_until,
)
from tests.support.axe import complaints_in_both
from tests.support.live import LiveSite


def test_what_was_missed_is_due_and_what_was_known_is_not(page: Page) -> None:
    page.goto(DEVICE)
    give(page, "cmp-panel", "cmp-capitation", grade=1, days_ago=1)
    give(page, "cmp-managed-care", grade=3, days_ago=1)
    overview(page)
    expect(page.get_by_text("2 items to review: CPB 2.")).to_be_visible()
    expect(page.get_by_text("3 of 99 items studied, 2 to be reviewed now and then.")).to_be_visible()


def test_a_card_says_when_it_would_come_again_and_a_missed_one_comes_at_once(page: Page) -> None:
    page.goto(DEVICE)
    give(page, "cmp-capitation", "cmp-assessment", grade=1, days_ago=1)
    overview(page)
    page.get_by_role("button", name="Begin").click()
    first = page.locator(".study-item").first
    key = first.get_attribute("data-item")
    first.get_by_text("Show the back").click()
    grades = first.get_by_role("group", name="How well did you know it?").get_by_role("button")
    words = grades.all_inner_texts()
    assert words[0] == "Again\nin a moment"
    days = [int(re.findall(r"in (\d+) days?", word)[0]) for word in words[1:]]
    assert 1 <= days[0] <= days[1] < days[2]
    grades.nth(0).click()
    expect(page.locator(".study-item").last).to_have_attribute("data-item", key or "")
    for left in (1, 0):
        item = page.locator(".study-item").first
        item.get_by_text("Show the back").click()
        item.get_by_role("button", name="Good").click()
        expect(page.get_by_text(f"{left} item{'' if left == 1 else 's'} left.")).to_be_visible()
    wait_for_rows(page, 5)
    assert {row[1] for row in kept(page)} == {"grade"}
    page.get_by_role("button", name="Back to the overview").click()
    expect(page.get_by_text("Nothing is due. The next review is on")).to_be_visible()


def test_a_question_that_is_missed_again_can_be_practiced_again(page: Page) -> None:
    page.goto(DEVICE)
    give(page, "cmp-panel", grade=1, days_ago=1)
    overview(page)
    page.get_by_role("button", name="Begin").click()
    wrong = page.locator(".study-item .choice", has_text="As the panel, because most of it was done")
    wrong.click()
    page.get_by_role("button", name="Check my answers").click()
    page.get_by_role("button", name="Practice the wrong one again").click()
    page.locator(".study-item .choice", has_text="As the tests that were actually run").click()
    page.get_by_role("button", name="Check", exact=True).click()
    wait_for_rows(page, 3)
    assert sorted(row[6] for row in kept(page)) == [1, 1, 3]
    assert {row[10] for row in kept(page)} == {"practice", "review"}


def test_the_date_of_the_exam_brings_reviews_before_it(page: Page) -> None:
    page.goto(DEVICE)
    for days_ago in (40, 30, 0):
        give(page, "cmp-capitation", grade=4, days_ago=days_ago)
    overview(page)
    before = page.get_by_text("The next review is on").inner_text()
    date = page.evaluate("new Date(Date.now() + 15 * 864e5).toISOString().slice(0, 10)")
    page.get_by_label("Date of the exam").fill(date)
    page.get_by_label("Date of the exam").blur()
    expect(page.get_by_text("The next review is on")).not_to_have_text(before)


def test_an_exam_that_is_over_changes_nothing(page: Page) -> None:
    page.goto(DEVICE)
    for days_ago in (40, 30):
        give(page, "cmp-capitation", grade=4, days_ago=days_ago)
    overview(page)
    page.get_by_label("Date of the exam").fill(page.evaluate("new Date().toISOString().slice(0, 10)"))
    page.get_by_label("Date of the exam").blur()
    wait_until(page, "carrelStore.meta('date cpb')")
    overview(page)
    expect(page.get_by_text("Nothing is due. The next review is on")).to_be_visible()


def test_a_clock_that_was_a_year_ahead_costs_no_more_than_a_day(page: Page) -> None:
    page.goto(DEVICE)
    give(page, "cmp-panel", grade=1, days_ago=-400)
    overview(page)
    soon = """new Date((carrelStore.day(Date.now()) + 2) * 864e5).toLocaleDateString(document.documentElement.lang,
      { timeZone: "UTC", weekday: "long", day: "numeric", month: "long" })"""
    expect(page.get_by_text(f"The next review is on {page.evaluate(soon)}.")).to_be_visible()


def test_reading_goes_on_where_it_stopped_in_a_browser_that_studies(page: Page) -> None:
    page.goto(DEVICE)
    give(page, "cmp-panel")
    wait_until(page, "carrelStore.meta('asked')")
    page.goto(ARTICLE)
    anchor = stop_reading(page, 2)
    wait_for_rows(page, 1, "reads")
    page.goto(DEVICE)
    page.get_by_role("link", name="What CMP can stand for").click()
    page.wait_for_url(f"**{ARTICLE}#{anchor}")


def test_forgetting_leaves_nothing(page: Page) -> None:
    page.goto(DEVICE)
    give(page, "cmp-panel")
    wait_until(page, OFFLINE_READY)
    overview(page)
    page.get_by_text("Forget what this browser holds").click()
    page.get_by_role("button", name="Forget it").click()
    expect(page.get_by_text("Nothing is due.")).to_be_visible()
    expect(page.get_by_text("Forget what this browser holds")).to_have_count(0)
    page.goto("/")
    assert page.evaluate(DATABASES) == []
    assert cached(page) == set()
    assert page.evaluate(WORKERS) == 0


def test_a11y_01_axe_finds_nothing_and_nothing_is_wider_than_a_small_phone(
    profile: Profile, site: LiveSite
) -> None:
    page = profile(viewport=NARROW).new_page()
    page.goto(DEVICE)
    give(page, "cmp-panel", "cmp-history", "cmp-act", "cmp-capitation", grade=1, days_ago=1)
    overview(page)
    page.get_by_text("Forget what this browser holds").click()
    narrow_and_right(page)
    page.get_by_role("button", name="Begin").click()
    page.get_by_text("Show the back").click()
    narrow_and_right(page)
    sign_in(page, site)
    page.goto("/account/")
    page.get_by_role("dialog").wait_for()
    narrow_and_right(page)


def narrow_and_right(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert complaints_in_both(page) == []


@pytest.mark.parametrize("dice", ["0", "0.99"])
def test_numbers_stay_in_their_order_and_steps_are_never_in_theirs(profile: Profile, dice: str) -> None:
    page = profile().new_page()
    page.add_init_script(f"Math.random = () => {dice}")
    page.goto(DEVICE)
    give(page, "abn-option-one", "abn-steps", grade=1, days_ago=1)
    overview(page)
    page.get_by_role("button", name="Begin").click()
    values = page.locator("[data-item=abn-option-one] input[name^=answer]").evaluate_all(
        "inputs => inputs.map(input => +input.value)"
    )
    assert values == sorted(values) != []
    names = page.locator("[data-item=abn-steps] select").evaluate_all("steps => steps.map(step => step.name)")
    assert names != sorted(names)
