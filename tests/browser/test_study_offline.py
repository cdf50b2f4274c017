"""The page about this browser without a network: it works, and nothing else is kept for it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from carrel.http import assets
from carrel.page_cache import bump_cache_version
from tests.browser.studying import (
    ARTICLE,
    DEVICE,
    OFFLINE_READY,
    PRACTICE,
    answer,
    cached,
    give,
    logged,
    overview,
    sign_in,
    wait_for_rows,
    wait_until,
)
from tests.browser.test_pass_crawl import TRACES
from tests.support.live import LiveSite

KEPT = re.compile(r"/study/device|/study/items/cpb\.json|/static/(js|css)/[\w-]+\.[0-9a-f]{12}\.(js|css)")
MARK = """(item) => item.dispatchEvent(new CustomEvent("carrel:answered",
  { bubbles: true, detail: { kind: "mark", grade: 0, choice: 0, mode: "practice" } }))"""


@pytest.fixture
def online(page: Page) -> Iterator[Page]:
    """A page whose profile has its network back afterwards."""
    yield page
    page.context.set_offline(False)


def test_without_a_network_the_page_works_and_its_answers_are_kept(online: Page) -> None:
    page = online
    page.goto(PRACTICE)
    answer(page)
    wait_until(page, OFFLINE_READY)
    page.goto(DEVICE)
    page.evaluate("navigator.serviceWorker.ready")
    give(page, "cmp-capitation", grade=1, days_ago=1)
    page.context.set_offline(True)
    page.goto(DEVICE)
    page.get_by_role("button", name="Begin").click()
    item = page.locator(".study-item[data-item=cmp-capitation]")
    item.get_by_text("Show the back").click()
    item.get_by_role("button", name="Good").click()
    wait_for_rows(page, 3)


def test_a_network_that_comes_back_ends_no_set(online: Page) -> None:
    page = online
    page.goto(DEVICE)
    give(page, "cmp-panel", "cmp-capitation", grade=1, days_ago=1)
    wait_until(page, OFFLINE_READY)
    overview(page)
    page.evaluate("navigator.serviceWorker.ready")
    page.context.set_offline(True)
    page.get_by_role("button", name="Begin").click()
    page.locator(".study-item").first.wait_for()
    page.context.set_offline(False)
    wait_until(page, "navigator.onLine")
    page.evaluate(
        "carrelStore.ask().then(() => fetch('/study/items/cpb.json'))"
    )  # what the overview waits for
    expect(page.locator(".study-item")).to_have_count(2)
    page.get_by_role("button", name="Back to the overview").click()
    expect(page.get_by_text("2 items to review")).to_be_visible()


def test_a_reader_without_a_network_practices_and_is_told_where_what_is_due_is(
    online: Page, site: LiveSite
) -> None:
    page = online
    reader = sign_in(page, site)
    page.goto(PRACTICE)
    answer(page)
    wait_until(page, OFFLINE_READY)
    page.goto(DEVICE)
    page.evaluate("navigator.serviceWorker.ready")
    expect(page.get_by_role("main").get_by_role("link", name="Due today")).to_be_visible()
    page.context.set_offline(True)
    page.goto(DEVICE)
    expect(page.get_by_text("What is due for you is in your account")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Due today")).to_have_count(0)
    page.get_by_role("button", name="Practice 10").click()
    page.locator(".study-item").first.evaluate(MARK)
    wait_for_rows(page, 1, "queue")
    with page.expect_response("**/study/log"):
        page.context.set_offline(False)
    wait_for_rows(page, 0, "queue")
    assert [event.kind for event in logged(site, reader)] == ["answer", "mark"]


def test_the_worker_keeps_nothing_but_the_page_its_parts_and_items(page: Page, site: LiveSite) -> None:
    page.goto(PRACTICE)
    answer(page)
    wait_until(page, OFFLINE_READY)
    sign_in(page, site)
    for path in (DEVICE, PRACTICE, "/study/cpb/", ARTICLE, "/account/", "/me", DEVICE):
        page.goto(path, wait_until="networkidle")
    paths = cached(page)
    assert {path for path in paths if not KEPT.fullmatch(path)} == set()
    assert {DEVICE, "/study/items/cpb.json"} <= paths


def test_a_pass_holder_without_a_network_meets_no_ad(online: Page, site: LiveSite) -> None:
    page = online
    page.goto(ARTICLE)
    page.goto(PRACTICE)
    answer(page)
    wait_until(page, OFFLINE_READY)
    sign_in(page, site, ad_free=True)
    page.goto(DEVICE)
    page.evaluate("navigator.serviceWorker.ready")
    page.get_by_role("heading", name="You are signed in").wait_for()
    page.context.set_offline(True)
    page.goto(DEVICE)
    page.get_by_role("heading", name="You are signed in").wait_for()
    assert TRACES.findall(page.content()) == []
    kept_texts = page.evaluate("""async () => Promise.all((await (await caches.open("carrel-study")).matchAll())
      .filter(({ url }) => !url.endsWith(".js") && !url.endsWith(".css")).map((answer) => answer.text()))""")
    assert len(kept_texts) == 2
    assert [TRACES.findall(text) for text in kept_texts] == [[], []]


def test_an_update_of_the_site_takes_the_place_of_what_was_kept(page: Page, site: LiveSite) -> None:
    name = "css/study-device.css"
    before = site.app.extensions["asset_paths"][name]
    page.goto(DEVICE)
    give(page, "cmp-panel")
    wait_until(page, OFFLINE_READY)
    page.goto(DEVICE)
    page.evaluate("navigator.serviceWorker.ready")
    assert f"/static/{before}" in cached(page)
    body = site.app.extensions["assets"][before].body
    assets.put(site.app, name, body + b"\n/* newer */\n")
    with site.services.db.write() as session:
        bump_cache_version(session)
    now = site.app.extensions["asset_paths"][name]
    wait_until(
        page, f"fetch('{DEVICE}').then((answer) => answer.text()).then((text) => text.includes('{now}'))"
    )
    page.goto(DEVICE)
    wait_until(page, f"caches.match('/static/{now}')")
    wait_until(page, f"caches.match('/static/{before}').then((kept) => !kept)")
