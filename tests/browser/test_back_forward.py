"""Back and forward are immediate: nothing of ours keeps Chromium from keeping a page as it was left."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.accounts import make_reader, make_session
from tests.support.chromium import QUIET
from tests.support.live import LiveSite

OPEN = ["/", "/articles/what-cmp-means/", "/exams/cpb/", "/topics/medicare/", "/about/"]
PRIVATE = ["/search?q=claim", "/pass/", "/subscribe/", "/sign-in/"]
# Not the page's doing: this test's browser is one without windows, and a test opens one tab after the other in it.
THE_BROWSERS = {"BackForwardCacheDisabledForDelegate", "BrowsingInstanceNotSwapped"}
WHOLE = shutil.which(
    "chromium"
)  # the shell that tests use otherwise says what it would keep, and keeps nothing


@pytest.fixture(scope="module")
def keeping(browser: Browser) -> Iterator[Browser]:
    """A Chromium with the cache that Playwright turns off; whole where there is one."""
    other = browser.browser_type.launch(
        executable_path=WHOLE or shutil.which("chromium-headless-shell"),
        args=[*QUIET, "--headless=new"] if WHOLE else QUIET,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield other
    other.close()


@pytest.fixture
def visitor(keeping: Browser, site: LiveSite) -> Iterator[BrowserContext]:
    """Somebody who was never here."""
    context = keeping.new_context(base_url=site.url)
    yield context
    context.close()


@pytest.fixture
def tab(visitor: BrowserContext) -> Page:
    """Their tab."""
    return visitor.new_page()


def gone_back(tab: Page, away: str = "/terms/") -> tuple[bool, set[str]]:
    """Leave the page for another and go back: whether it is as it was left, and else what Chromium says of it."""
    reasons: list[dict[str, Any]] = []
    cdp = tab.context.new_cdp_session(tab)
    cdp.send("Page.enable")
    cdp.on("Page.backForwardCacheNotUsed", lambda event: reasons.extend(event["notRestoredExplanations"]))
    tab.evaluate("window.wasLeft = true")
    tab.goto(away)
    tab.go_back(wait_until="commit")
    while (
        tab.evaluate("document.readyState") != "complete"
    ):  # `wait_for_function` is refused by the page's policy
        tab.wait_for_timeout(20)
    is_as_left = tab.evaluate("window.wasLeft === true")
    cdp.detach()
    return is_as_left, {each["reason"] for each in reasons}


@pytest.mark.parametrize("path", OPEN + PRIVATE)
def test_a_page_is_there_at_once_when_one_goes_back_to_it(tab: Page, path: str) -> None:
    tab.goto(path)
    is_as_left, reasons = gone_back(tab)
    assert reasons - THE_BROWSERS == set()
    assert is_as_left or not WHOLE


def test_what_keeps_a_page_out_is_seen(tab: Page) -> None:
    """Chromium keeps no error page: so the test above would see what it looks for."""
    tab.goto("/no-such-page/")
    is_as_left, reasons = gone_back(tab)
    assert not is_as_left
    assert "HTTPStatusNotOK" in reasons


def test_after_signing_out_nobody_comes_back_to_the_account(
    visitor: BrowserContext, tab: Page, site: LiveSite
) -> None:
    reader = make_reader(site.services.db, "left@example.org")
    token = make_session(site.services.db, reader)
    visitor.add_cookies([{"name": "carrel_session", "value": token, "url": site.url, "httpOnly": True}])
    tab.goto("/account/")
    assert tab.get_by_text("left@example.org").count()
    tab.goto("/about/")
    other = visitor.new_page()
    other.goto("/account/")
    other.get_by_role("button", name="Sign out here").click()
    tab.go_back(wait_until="commit")
    while (
        tab.evaluate("document.readyState") != "complete"
    ):  # `wait_for_function` is refused by the page's policy
        tab.wait_for_timeout(20)
    assert not tab.get_by_text("left@example.org").count()
