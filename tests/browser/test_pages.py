"""Every kind of page, as a browser shows it."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Request

from tests.support.live import LiveSite

ARTICLE = "/articles/what-cmp-means/"
PAGES = [
    "/",
    "/exams/cpb/",
    "/exams/ccm/",
    "/topics/medicare/",
    ARTICLE,
    "/articles/utilization-management/",
    "/search?q=appeal",
    "/search?q=",
    "/search?q=zzzzzz",
    "/about/",
    "/contact/",
    "/privacy/",
    "/terms/",
    "/pass/",
    "/sign-in/",
    "/subscribe/",
    "/no-such-page/",
]
NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 900}
CHECK = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a11y_01_axe_finds_nothing(profile: Callable[..., BrowserContext], path: str, scheme: str) -> None:
    page = profile(color_scheme=scheme, viewport=WIDE).new_page()
    page.goto(path)
    found = Axe().run(page, options=CHECK).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found] == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_scrolls_sideways_at_320_pixels(profile: Callable[..., BrowserContext], path: str) -> None:
    page = profile(viewport=NARROW).new_page()
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_priv_01_a_guest_asks_no_third_party_and_gets_no_cookie(page: Page, site: LiveSite) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - playwright cannot wrap a builtin
    for path in PAGES:
        page.goto(path)
    assert {request.url.startswith(site.url) for request in asked} == {True}
    assert page.context.cookies() == []


def test_web_11_nothing_moves_while_an_article_loads(profile: Callable[..., BrowserContext]) -> None:
    page = profile(viewport=WIDE).new_page()
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => {"
        " for (const entry of list.getEntries()) window.shift += entry.value;"
        "}).observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(ARTICLE)
    page.mouse.wheel(0, 4000)
    page.wait_for_timeout(500)
    assert page.evaluate("window.shift") == 0


def test_no_page_complains_in_the_console(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in PAGES[:-1]:
        page.goto(path)
    assert complaints == []


def test_a11y_04_a_practice_question_opens_without_javascript(profile: Callable[..., BrowserContext]) -> None:
    page = profile(java_script_enabled=False).new_page()
    page.goto("/articles/utilization-management/")
    option = page.locator("section.question details").first
    assert not option.locator(".why").is_visible()
    option.locator("summary").click()
    assert option.locator(".why").is_visible()


def test_the_skip_link_is_the_first_stop_and_leads_to_the_text(page: Page) -> None:
    page.goto(ARTICLE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the text"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "page-main"


def test_the_scheme_can_be_switched_and_is_remembered(page: Page) -> None:
    page.goto(ARTICLE)
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.evaluate("localStorage.setItem('display', JSON.stringify({theme: 'dark'}))")
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
