"""What is studied in a browser: kept after a first answer, and sent to the account of who is signed in."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Profile
from tests.browser.studying import (
    ARTICLE,
    DATABASES,
    DEVICE,
    PRACTICE,
    WORKERS,
    answer,
    cached,
    kept,
    logged,
    sign_in,
    stop_reading,
    wait_for_rows,
    wait_until,
)
from tests.support.live import LiveSite

NO_STORAGE = (
    "Object.defineProperty(self, 'indexedDB', { get() { throw new DOMException('off', 'SecurityError') } })"
)
COUNT_PERSIST = "self.asked = 0; navigator.storage.persist = async () => { self.asked++; return true; }"


def test_merely_reading_and_looking_keeps_nothing(page: Page) -> None:
    for path in (ARTICLE, PRACTICE, DEVICE, "/sign-in/"):
        page.goto(path, wait_until="networkidle")
        page.mouse.wheel(0, 4000)
    page.goto("/")
    assert page.evaluate(DATABASES) == []
    assert cached(page) == set()
    assert page.evaluate(WORKERS) == 0


def test_a_first_answer_is_kept_as_the_page_and_the_clock_said_it(page: Page) -> None:
    page.add_init_script(COUNT_PERSIST)
    page.goto(PRACTICE)
    answer(page)
    wait_for_rows(page, 1)
    answer(page, 1)
    wait_for_rows(page, 2)
    (event_id, kind, exam, item, revision, meaning, grade, choice, day, at, mode), _ = kept(page)
    assert (kind, exam, mode) == ("answer", "cpb", "practice")
    assert len(event_id) == 36
    assert page.locator(f"#item-{item}").get_attribute("data-revision") == revision
    assert meaning >= 1
    assert grade in {1, 3}
    assert choice > 0
    assert abs(at / 1000 - datetime.now(UTC).timestamp()) < 60
    assert abs(day - at // 86_400_000) <= 1
    assert page.evaluate("asked") == 1


def test_a_card_that_is_turned_over_is_graded(page: Page) -> None:
    page.goto("/study/cpb/cards/what-cmp-means/")
    card = page.locator("#item-cmp-capitation")
    expect(card.get_by_role("button", name="Hard")).to_be_hidden()
    card.get_by_text("Show the back").click()
    card.get_by_role("button", name="Hard").click()
    wait_for_rows(page, 1)
    assert [(row[1], row[3], row[6], row[10]) for row in kept(page)] == [
        ("grade", "cmp-capitation", 2, "cards")
    ]


def test_a_reader_continues_where_reading_stopped_on_every_device(page: Page, site: LiveSite) -> None:
    sign_in(page, site)
    page.goto(PRACTICE)
    with page.expect_response("**/study/log"):
        answer(page)
    wait_until(page, "carrelStore.meta('asked')")
    page.goto(ARTICLE)
    with page.expect_response("**/study/log"):
        anchor = stop_reading(page, 2)
    page.goto("/study/today")
    page.get_by_role("link", name="What CMP can stand for").click()
    page.wait_for_url(f"**{ARTICLE}#{anchor}")


def test_two_tabs_at_once_lose_nothing(page: Page) -> None:
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(PRACTICE)
    start = """() => { self.done = Promise.all([...document.querySelectorAll('.study-item')].flatMap((item) => [0, 1, 2].map(() =>
      carrelStore.add([crypto.randomUUID(), 'answer', 'cpb', item.dataset.item, '0', 1, 3, 1, 1, 1, 'practice'], 'cpb', item)))); }"""
    for tab in (page, other):
        tab.evaluate(start)
    for tab in (page, other):
        tab.evaluate("done")
    assert len(kept(page)) == 6 * page.locator(".study-item").count()
    other.close()


def test_where_storage_is_off_studying_goes_on_and_says_so(page: Page) -> None:
    page.add_init_script(NO_STORAGE)
    page.goto(PRACTICE)
    answer(page)
    expect(page.get_by_text("This browser keeps nothing of your answers")).to_be_visible()
    answer(page, 1)
    expect(page.get_by_text("This browser keeps nothing")).to_have_count(1)


def test_without_storage_an_account_still_gets_the_answers(page: Page, site: LiveSite) -> None:
    reader = sign_in(page, site)
    page.add_init_script(NO_STORAGE)
    page.goto(PRACTICE)
    with page.expect_response("**/study/log") as told:
        answer(page)
    assert told.value.ok
    assert len(logged(site, reader)) == 1
    expect(page.get_by_text("This browser keeps nothing")).to_have_count(0)


def test_what_a_reader_answers_without_a_network_is_sent_later(page: Page, site: LiveSite) -> None:
    reader = sign_in(page, site)
    page.goto(PRACTICE)
    with page.expect_response("**/study/log"):
        answer(page)
    wait_for_rows(page, 0, "queue")
    page.context.set_offline(True)
    answer(page, 1)
    wait_for_rows(page, 1, "queue")
    with page.expect_response("**/study/log"):
        page.context.set_offline(False)
    wait_for_rows(page, 0, "queue")
    assert len(logged(site, reader)) == 2
    assert kept(page) == []


def test_many_answers_are_sent_in_batches(page: Page, site: LiveSite) -> None:
    reader = sign_in(page, site)
    page.goto(PRACTICE)
    page.context.set_offline(True)
    page.evaluate("""() => Promise.all(Array.from({ length: 450 }, (_, n) => carrelStore.add([crypto.randomUUID(), 'answer', 'cpb',
      document.querySelector('.study-item').dataset.item, '0'.repeat(32), 1, 3, 1, 20000, 1e12 + n, 'practice'], 'cpb', document.body)))""")
    page.context.set_offline(False)
    wait_for_rows(page, 0, "queue")
    assert len(logged(site, reader)) == 450


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        (
            "America/Chicago",
            "2026-11-01T03:59:59-06:00",
            "2026-10-31",
        ),  # the clock was put back two hours before
        ("America/Chicago", "2026-11-01T04:00:00-06:00", "2026-11-01"),
        ("America/Chicago", "2027-03-14T03:59:59-05:00", "2027-03-13"),
        ("America/Chicago", "2027-03-14T04:00:00-05:00", "2027-03-14"),
        ("Pacific/Kiritimati", "2026-12-31T23:59:59+14:00", "2026-12-31"),
        ("Pacific/Apia", "2026-12-31T04:00:00+13:00", "2026-12-31"),
        ("Asia/Kathmandu", "2026-12-31T03:59:59+05:45", "2026-12-30"),
    ],
)
def test_a_day_begins_at_four_on_the_devices_own_calendar(
    profile: Profile, zone: str, moment: str, day: str
) -> None:
    page = profile(timezone_id=zone).new_page()
    page.clock.set_fixed_time(moment)
    page.goto(PRACTICE)
    answer(page)
    wait_for_rows(page, 1)
    assert kept(page)[0][8] == (datetime.fromisoformat(day) - datetime(1970, 1, 1)).days  # noqa: DTZ001
