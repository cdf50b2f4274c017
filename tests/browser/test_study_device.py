"""The page about this browser: what is due, offline too; taken along as a file; forgotten when somebody says so."""

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from carrel.http import assets
from carrel.page_cache import bump_cache_version
from tests.browser.conftest import NARROW, WIDE, Profile
from tests.browser.studying import (
    DATABASES,
    DEVICE,
    PRACTICE,
    WORKERS,
    answer,
    cached,
    give,
    kept,
    sign_in,
    wait_for_rows,
    wait_until,
)
from tests.browser.test_pass_crawl import TRACES
from tests.support.axe import complaints_in_both
from tests.support.live import LiveSite

ARTICLE = "/articles/what-cmp-means/"
KEPT = re.compile(r"/study/device|/study/items/cpb\.json|/static/(js|css)/[\w-]+\.[0-9a-f]{12}\.(js|css)")
OFFLINE_READY = "caches.match('/study/device').then((kept) => kept && caches.match('/study/items/cpb.json'))"


@pytest.fixture
def online(page: Page) -> Iterator[Page]:
    """A page whose profile has its network back afterwards."""
    yield page
    page.context.set_offline(False)


def overview(page: Page) -> None:
    page.goto(DEVICE)
    page.get_by_role("heading", name="Take it along").wait_for()


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


def test_a_file_takes_it_along_and_opening_it_twice_changes_nothing(
    page: Page, profile: Profile, tmp_path: Path
) -> None:
    page.goto(DEVICE)
    give(page, "cmp-panel", "cmp-capitation", grade=1, days_ago=2)
    page.goto(ARTICLE)
    page.get_by_role("button", name="Mark as read").click()
    wait_for_rows(page, 1, "reads")
    overview(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    path = tmp_path / saved.value.suggested_filename
    saved.value.save_as(path)
    assert re.fullmatch(r"study-\d{4}-\d\d-\d\d\.json", path.name)
    file = json.loads(path.read_text("utf-8"))
    assert file["carrel_study"] == 1
    assert [len(row) for row in file["events"] + file["reads"]] == [11, 11, 4]

    laptop = profile(viewport=WIDE).new_page()
    laptop.goto(DEVICE)
    for _ in range(2):
        laptop.get_by_label("Open a file from another browser").set_input_files(path)
        expect(laptop.get_by_text("2 answers of the file are in this browser now.")).to_be_visible()
    assert sorted(kept(laptop)) == sorted(kept(page))
    expect(laptop.get_by_text("2 items to review: CPB 2.")).to_be_visible()
    expect(laptop.get_by_text("1 article read")).to_be_visible()


@pytest.mark.parametrize(
    "content", ["", "[]", '{"carrel_study": 2, "events": [], "reads": []}', '{"carrel_study": 1, "events": [[1]], "reads": []}']
)  # fmt: skip
def test_another_file_is_refused_in_a_sentence(page: Page, tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content)
    page.goto(DEVICE)
    page.get_by_label("Open a file from another browser").set_input_files(path)
    expect(page.get_by_text("That is not a file that this page saved.")).to_be_visible()
    assert page.evaluate(DATABASES) == []


@pytest.mark.parametrize(
    "exam", ["../../?", "../../feed.json?", "../device?", "<img src=x onerror=alert(1)>"]
)
def test_a_file_from_a_stranger_leads_nowhere_and_can_be_forgotten(
    page: Page, tmp_path: Path, exam: str
) -> None:
    asked = list[str]()
    page.on("request", lambda request: asked.append(request.url))
    row = [str(uuid.uuid4()), "grade", exam, exam, "0" * 32, 1, 1, 0, 20_000, 1_700_000_000_000, "cards"]
    path = tmp_path / "study-2026-01-01.json"
    path.write_text(
        json.dumps({"carrel_study": 1, "events": [row], "reads": [[exam, '"><img src=x>', 0, 1]]})
    )
    page.goto(DEVICE)
    asked.clear()
    page.get_by_label("Open a file from another browser").set_input_files(path)
    expect(page.get_by_text("1 answer of the file is in this browser now.")).to_be_visible()
    overview(page)
    expect(page.get_by_text("Its questions are not kept in this browser yet")).to_be_visible()
    assert page.locator("main img").count() == 0
    assert not [url for url in asked if not re.search("/(study/(items|device|worker|log)|static/)", url)]
    page.get_by_text("Forget what this browser holds").click()
    page.get_by_role("button", name="Forget it").click()
    wait_until(page, "indexedDB.databases().then((bases) => !bases.length)")


def test_reading_goes_on_where_it_stopped_in_a_browser_that_studies(page: Page) -> None:
    page.goto(DEVICE)
    give(page, "cmp-panel")
    wait_until(page, "carrelStore.meta('asked')")
    page.goto(ARTICLE)
    heading = page.locator(".prose h2[id]").nth(2)
    anchor = heading.get_attribute("id")
    heading.evaluate("(heading) => heading.scrollIntoView()")
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
