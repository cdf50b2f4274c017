"""Every kind of page, as a browser shows it."""

import pytest
from playwright.sync_api import Page, Request

from tests.browser.conftest import NARROW, WIDE, Profile
from tests.support.axe import complaints_in_both
from tests.support.live import LiveSite

ARTICLE = "/articles/what-cmp-means/"
PAGES = [
    "/",
    "/exams/cpb/",
    "/exams/ccm/",
    "/topics/medicare/",
    ARTICLE,
    "/articles/utilization-management/",
    "/study/cpb/",
    "/study/cpb/practice",
    "/study/cpb/cards/what-cmp-means/",
    "/study/cpb/glossary/",
    "/study/ccm/practice?article=case-management-process",
    "/study/device",
    "/study/today",
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
# WCAG 2.2, 2.5.8: a link in a sentence and a field in its label are exempt.
TOO_SMALL = """() => [...document.querySelectorAll('a, button, input, select, summary, textarea')]
  .filter(one => one.checkVisibility() && !one.disabled && !one.closest('.trap, p, li > label, .aloud, .skip'))
  .filter(one => one.tagName !== 'A' || one.closest('nav, h1, h2, h3, h4, .chips, .links, .feeds, .slot'))
  .map(one => [one.outerHTML.slice(0, 100), one.getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && (box.width < 23.5 || box.height < 23.5)).map(([html]) => html)"""


@pytest.mark.parametrize("path", PAGES)
def test_a11y_01_axe_finds_nothing_in_the_light_or_the_dark(tab: Page, path: str) -> None:
    tab.set_viewport_size(WIDE)
    tab.goto(path)
    assert complaints_in_both(tab) == []


@pytest.mark.parametrize("path", PAGES)
def test_a11y_01_at_320_pixels_nothing_scrolls_sideways_and_targets_are_24_pixels_wide_and_high(
    tab: Page, path: str
) -> None:
    tab.set_viewport_size(NARROW)
    tab.goto(path)
    assert tab.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert tab.evaluate(TOO_SMALL) == []


def test_priv_01_a_guest_asks_no_third_party_gets_no_cookie_and_sees_no_complaint(
    page: Page, site: LiveSite
) -> None:
    asked: list[Request] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - playwright cannot wrap a builtin
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    *found, missing = PAGES
    for path in found:
        page.goto(path)
    assert complaints == []
    page.goto(missing)  # of which the console tells
    assert {request.url.startswith(site.url) for request in asked} == {True}
    assert page.context.cookies() == []


def test_web_11_nothing_moves_while_an_article_loads(page: Page) -> None:
    page.set_viewport_size(WIDE)
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => {"
        " for (const entry of list.getEntries()) window.shift += entry.value;"
        "}).observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(ARTICLE)
    page.mouse.wheel(0, 4000)
    page.wait_for_timeout(500)
    assert page.evaluate("window.shift") == 0


def test_a11y_04_a_practice_question_opens_without_javascript(profile: Profile) -> None:
    page = profile(java_script_enabled=False).new_page()
    page.goto("/articles/utilization-management/")
    option = page.locator("section.question details").first
    assert not option.locator(".why").is_visible()
    option.locator("summary").click()
    assert option.locator(".why").is_visible()


def test_a11y_04_each_kind_of_item_opens_without_javascript_and_by_keyboard(profile: Profile) -> None:
    page = profile(java_script_enabled=False).new_page()
    page.goto(ARTICLE)
    for kind in ("answer", "order", "cloze", "card", "term"):
        part = page.locator(f"section.item-{kind} details.answer").first
        assert not part.locator(".why").first.is_visible()
        part.locator("summary").press("Enter")
        assert part.locator(".why").first.is_visible()


def test_the_skip_link_is_the_first_stop_and_leads_to_the_text(page: Page) -> None:
    page.goto(ARTICLE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "page-main"


def test_the_scheme_can_be_switched_and_is_remembered(page: Page) -> None:
    page.goto(ARTICLE)
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.evaluate("localStorage.setItem('display', JSON.stringify({theme: 'dark'}))")
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
