"""What tests of studying do in a browser, and what they read out of it."""

import uuid
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import select

from carrel.accounts.models import Reader
from carrel.http import cookies
from tests.support.accounts import make_reader, make_session
from tests.support.live import LiveSite
from website.study.models import StudyEvent

PRACTICE = "/study/cpb/practice"
DEVICE = "/study/device"
ARTICLE = "/articles/what-cmp-means/"
OFFLINE_READY = "caches.match('/study/device').then((kept) => kept && caches.match('/study/items/cpb.json'))"
KEPT = """async () => (await Promise.all((await caches.keys()).map(async (name) =>
  (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat()"""
WORKERS = "async () => (await navigator.serviceWorker.getRegistrations()).length"
DATABASES = "async () => (await indexedDB.databases()).map(({ name }) => name)"
WAIT = """async (condition) => {
  const isSo = new Function(`return ${condition}`);
  for (let round = 0; round < 200; round++) {
    if (await isSo()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`never: ${condition}`);
}"""
GIVE = """async ([keys, grade, ago]) => {
  const { items } = await (await fetch("/study/items/cpb.json")).json();
  for (const [index, key] of keys.entries()) {
    const { kind, meaning } = items.find((item) => item.key === key), at = Date.now() - ago * 864e5 - index;
    const isCard = kind === "card" || kind === "term";
    await carrelStore.add([crypto.randomUUID(), isCard ? "grade" : "answer", "cpb", key, "0".repeat(32), meaning, grade, 0,
      carrelStore.day(at), at, "practice"], "cpb", document.body);
  }
}"""


def answer(page: Page, number: int = 0) -> None:
    """Answer a question of the practice page with its first option, and check it."""
    item = page.locator(".study-item[data-kind=question]").nth(number)
    item.get_by_role("radio").or_(item.get_by_role("checkbox")).first.check()
    item.get_by_role("button", name="Check").click()
    item.locator(".study-verdict").wait_for()


def stop_reading(page: Page, number: int) -> str:
    """Scroll to a heading of the article that is open; its anchor. The page's scripts come after its first paint."""
    expect(page.get_by_role("button", name="Mark as read")).to_be_enabled()
    heading = page.locator(".prose h2[id]").nth(number)
    heading.evaluate("(heading) => heading.scrollIntoView()")
    return heading.get_attribute("id") or ""


def give(page: Page, *keys: str, grade: int = 3, days_ago: int = 0) -> None:
    """Answer items by their keys, as pages with them would say it."""
    page.evaluate(GIVE, [list(keys), grade, days_ago])


def overview(page: Page) -> None:
    """Open the page about this browser, until it shows what is kept."""
    page.goto(DEVICE)
    page.get_by_role("heading", name="Take it along").wait_for()


def kept(page: Page, part: str = "events") -> list[Any]:
    """The rows that the browser keeps: a guest's events and reads, a reader's queue."""
    rows: list[Any] = page.evaluate("(part) => carrelStore.all(part)", part)
    return rows


def wait_until(page: Page, condition: str) -> None:
    """Until the promise that this expression makes says yes; `wait_for_function` takes any promise for a yes."""
    page.evaluate(WAIT, condition)


def wait_for_rows(page: Page, count: int, part: str = "events") -> None:
    """Until the browser keeps so many."""
    wait_until(page, f"carrelStore.all('{part}').then((rows) => rows.length === {count})")


def cached(page: Page) -> set[str]:
    """The paths of all that the browser's caches hold."""
    return set(page.evaluate(KEPT))


def sign_in(page: Page, site: LiveSite, reader: Reader | None = None, *, ad_free: bool = False) -> Reader:
    """Let somebody be signed in from the next page on: this reader, or somebody new."""
    reader = reader or make_reader(
        site.services.db, f"anna.{uuid.uuid4().hex[:8]}@example.org", ad_free=ad_free
    )
    token = make_session(site.services.db, reader)
    page.context.add_cookies([{"name": cookies.SESSION.name(site.settings), "value": token, "url": site.url}])
    return reader


def logged(site: LiveSite, reader: Reader) -> list[StudyEvent]:
    """The events that the account has, in their order."""
    query = select(StudyEvent).where(StudyEvent.reader_id == reader.id)
    with site.services.db.read() as session:
        return list(session.scalars(query.order_by(StudyEvent.study_day, StudyEvent.at)))
