"""What the next page's scripts can find out about the page before, when that one held a token."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Profile
from tests.carrel.accounts.conftest import SESSION
from tests.security.token_links import FEED, KEPT_IN_A_COOKIE, UNDO, living
from tests.support.live import LiveSite

# All that a script, an ad network's among them, is told of the pages before its own.
SEEN = """() => ({
    referrer: document.referrer,
    entries: navigation.entries().map(entry => entry.url),
    resources: performance.getEntries().map(entry => entry.name),
})"""
LEAVE = "() => { location.href = '/about/' }"


@pytest.fixture(scope="module")
def links(site: LiveSite) -> tuple[dict[str, str], str]:
    """A living link of each kind, and the session of their reader."""
    return living(site.services)


@pytest.fixture
def reader(profile: Profile, site: LiveSite, links: tuple[dict[str, str], str]) -> Iterator[BrowserContext]:
    """The reader's browser."""
    context = profile()
    name = SESSION.removeprefix("__Host-")
    context.add_cookies([{"name": name, "value": links[1], "url": site.url}])
    yield context
    context.close()


def seen_after(context: BrowserContext, path: str) -> tuple[str, dict[str, Any]]:
    """The address that a link led to, and what the next page of the same tab sees."""
    page = context.new_page()
    page.goto("/exams/cpb/")
    page.goto(path)
    opened = page.url
    page.evaluate(LEAVE)
    page.wait_for_url("**/about/")
    seen: dict[str, Any] = page.evaluate(SEEN)
    page.go_back()
    assert page.url == opened, "the back button leads there"
    page.close()
    return opened, seen


def test_an_attacker_whose_script_is_on_the_next_page_wants_the_token(
    reader: BrowserContext, links: tuple[dict[str, str], str], site: LiveSite
) -> None:
    for rule, path in links[0].items():
        if rule == FEED:  # not a page: nothing leads on from it
            continue
        opened, seen = seen_after(reader, path)
        token = path.rpartition("/")[2]
        assert (token in opened) is (rule not in KEPT_IN_A_COOKIE), rule
        assert token not in str(seen), rule
        assert seen["entries"][0].endswith("/exams/cpb/"), "the script does see other pages"
        assert seen["referrer"] == (f"{site.url}/" if token in opened else opened), rule


def test_an_attacker_wants_a_token_of_a_browser_that_keeps_no_cookies(
    profile: Profile, links: tuple[dict[str, str], str], site: LiveSite
) -> None:
    context = profile()
    for rule in KEPT_IN_A_COOKIE:
        path = links[0][rule]
        page = context.new_page()
        page.goto(f"{path}?returned")  # where such a browser is served
        assert page.url == f"{site.url}{path}?returned"
        page.evaluate(LEAVE)
        page.wait_for_url("**/about/")
        seen = page.evaluate(SEEN)
        assert path.rpartition("/")[2] not in str(seen), rule
        assert seen["referrer"] == f"{site.url}/"


def test_the_button_of_such_a_page_is_accepted_as_our_own(
    profile: Profile, links: tuple[dict[str, str], str]
) -> None:
    """`origin` leaves a form its Origin; `no-referrer` would send `null`, which is refused."""
    page = profile(java_script_enabled=False).new_page()
    page.goto(f"{links[0][UNDO]}?returned")
    page.get_by_role("button", name="Undo the change").click()
    expect(page.get_by_role("heading", name="yours again")).to_be_visible()
