"""What is studied in a browser: kept after a first answer, sent to the account of who is signed in, asked about before."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Profile
from tests.browser.studying import (
    DATABASES,
    DEVICE,
    PRACTICE,
    WORKERS,
    answer,
    cached,
    give,
    kept,
    logged,
    sign_in,
    wait_for_rows,
    wait_until,
)
from tests.support.live import LiveSite

ARTICLE = "/articles/what-cmp-means/"
NO_STORAGE = (
    "Object.defineProperty(self, 'indexedDB', { get() { throw new DOMException('off', 'SecurityError') } })"
)
RAW = """() => new Promise((done) => {
  indexedDB.open("carrel-study").onsuccess = ({ target: { result: base } }) => {
    const names = [...base.objectStoreNames], step = base.transaction(names), rows = {};
    for (const name of names) step.objectStore(name).getAll().onsuccess = ({ target }) => { rows[name] = target.result; };
    step.oncomplete = () => { base.close(); done(rows); };
  };
})"""
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
    heading = page.locator(".prose h2[id]").nth(2)
    anchor = heading.get_attribute("id")
    with page.expect_response("**/study/log"):
        heading.evaluate("(heading) => heading.scrollIntoView()")
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


def guest_with_three(page: Page) -> None:
    page.goto(DEVICE)
    give(page, "cmp-panel", "cmp-capitation", "cmp-act")
    assert len(kept(page)) == 3


def decline(page: Page) -> None:
    page.get_by_role("button", name="Leave in this browser").click()
    wait_until(page, "carrelStore.meta('declined')")


def test_after_signing_in_a_guests_answers_are_added_when_somebody_says_so(
    page: Page, site: LiveSite
) -> None:
    guest_with_three(page)
    reader = sign_in(page, site)
    page.goto("/account/")
    expect(page.get_by_role("dialog")).to_contain_text("3 answers in this browser can be added")
    assert logged(site, reader) == []
    with page.expect_response("**/study/log"):
        page.get_by_role("button", name="Add to my account").click()
    wait_for_rows(page, 0)
    wait_for_rows(page, 0, "queue")
    assert [event.grade for event in logged(site, reader)] == [3, 3, 3]


def test_who_declines_is_not_asked_again_and_finds_the_way_later(page: Page, site: LiveSite) -> None:
    guest_with_three(page)
    reader = sign_in(page, site)
    page.goto("/account/")
    decline(page)
    page.goto(PRACTICE)
    with page.expect_response("**/study/log"):
        answer(page)
    page.goto("/account/", wait_until="networkidle")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert len(kept(page)) == 3
    assert len(logged(site, reader)) == 1
    page.goto(DEVICE)
    with page.expect_response("**/study/log"):
        page.get_by_role("button", name="Add them").click()
    wait_for_rows(page, 0)
    expect(page.get_by_role("button", name="Add them")).to_have_count(0)
    assert len(logged(site, reader)) == 4


def test_signing_out_takes_a_readers_own_and_leaves_a_guests(page: Page, site: LiveSite) -> None:
    guest_with_three(page)
    reader = sign_in(page, site)
    page.goto("/account/")
    decline(page)
    page.goto(ARTICLE)
    page.get_by_role("button", name="Mark as read").click()
    wait_for_rows(page, 1, "mine")
    page.goto("/account/")
    page.get_by_role("button", name="Sign out here").click()
    page.wait_for_url(f"{site.url}/")
    assert page.evaluate(WORKERS) == 0
    assert cached(page) == set()
    assert {part: len(rows) for part, rows in page.evaluate(RAW).items()} == {
        "events": 3, "reads": 0, "queue": 0, "mine": 0, "meta": 2,
    }  # fmt: skip
    assert logged(site, reader) == []


def test_what_the_reader_before_could_not_send_goes_to_nobody_unasked(page: Page, site: LiveSite) -> None:
    first = sign_in(page, site)
    page.route("**/study/log", lambda route: route.abort())
    page.goto(PRACTICE)
    answer(page)
    wait_for_rows(page, 1, "queue")
    page.context.clear_cookies()
    page.goto("/sign-in/")
    wait_for_rows(page, 1)
    page.unroute("**/study/log")
    second = sign_in(page, site)
    page.goto("/account/")
    expect(page.get_by_role("dialog")).to_contain_text("1 answer in this browser")
    assert logged(site, first) == logged(site, second) == []


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
