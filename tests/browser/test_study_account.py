"""Whose answers are whose in a shared browser: asked about after signing in, cleared by signing out."""

from playwright.sync_api import Page, expect

from tests.browser.studying import (
    ARTICLE,
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

RAW = """() => new Promise((done) => {
  indexedDB.open("carrel-study").onsuccess = ({ target: { result: base } }) => {
    const names = [...base.objectStoreNames], step = base.transaction(names), rows = {};
    for (const name of names) step.objectStore(name).getAll().onsuccess = ({ target }) => { rows[name] = target.result; };
    step.oncomplete = () => { base.close(); done(rows); };
  };
})"""


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
