"""Slots in a real browser: they move nothing, and count what was truly seen."""

import itertools
import re
from contextlib import suppress
from typing import Literal

import pytest
from playwright.sync_api import Page, Route, ViewportSize
from sqlalchemy import func, select

from carrel.ads.models import AdCount, PageCount
from carrel.ads.routes import counting
from tests.browser.conftest import WIDE, Picture, Profile
from tests.support.live import LiveSite

ARTICLE = "/articles/what-cmp-means/"
LONG_ARTICLE = "/articles/clean-claims-and-forms/"
PAGES = ["/", "/exams/cpb/", "/topics/medicare/", ARTICLE]
NARROW: ViewportSize = {"width": 360, "height": 640}
# Headless Chromium says what it is and speaks no language: it would count as a robot. Each page here is another browser's.
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0"
VERSIONS = itertools.count(144)
WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    window.shifts.push([entry.value, ...entry.sources.map(({ node }) => node?.className || node?.nodeName)]);
}).observe({ type: "layout-shift", buffered: true });
"""


def counted_page(profile: Profile, width: int, height: int) -> Page:
    """A page of a browser that nobody has seen before."""
    agent = FIREFOX.format(next(VERSIONS))
    viewport = {"width": width, "height": height}
    return profile(user_agent=agent, locale="en-US", viewport=viewport).new_page()


def watched(page: Page, viewport: ViewportSize = WIDE) -> Page:
    """A page that notes what moves."""
    page.set_viewport_size(viewport)
    page.add_init_script(WATCH_SHIFTS)
    return page


def scroll_through(page: Page) -> None:
    """To the foot, slowly enough for what is lazy."""
    while page.evaluate("scrollY + innerHeight < document.documentElement.scrollHeight - 1"):
        page.mouse.wheel(0, 700)
        page.wait_for_timeout(60)
    with suppress(
        TimeoutError
    ):  # on a busy machine it may never be told; what is asked next is asked all the same
        page.wait_for_load_state("networkidle", timeout=5_000)


def counted(site: LiveSite) -> tuple[int, int, int]:
    """Pages, views and clicks so far."""
    counting(site.app).event_buffer.flush()
    with site.services.db.read() as session:
        pages = session.scalar(select(func.sum(PageCount.views))) or 0
        views, clicks = session.execute(select(func.sum(AdCount.views), func.sum(AdCount.clicks))).one()
    return int(pages), int(views or 0), int(clicks or 0)


def wait_until_counted(site: LiveSite, page: Page, wanted: tuple[int, int, int]) -> None:
    """Beacons take their time; twenty seconds are enough for any machine."""
    for _ in range(200):
        if counted(site) == wanted:
            return
        page.wait_for_timeout(100)
    assert counted(site) == wanted


@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
@pytest.mark.parametrize("path", PAGES)
def test_web_11_no_slot_moves_anything(page: Page, path: str, viewport: ViewportSize) -> None:
    watched(page, viewport).goto(path)
    assert page.locator(".slot").count() > 0
    scroll_through(page)
    assert page.evaluate("window.shifts") == []


@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
def test_web_11_nor_does_one_whose_picture_comes_late_or_never(page: Page, viewport: ViewportSize) -> None:
    def late(route: Route) -> None:
        page.wait_for_timeout(400)
        route.abort()

    watched(page, viewport).route("**/media/**", late)
    for path in PAGES:
        page.goto(path)
        scroll_through(page)
        assert page.evaluate("window.shifts") == []


def test_the_watch_would_see_a_slot_that_grows(page: Page) -> None:
    watched(page).goto(ARTICLE)
    page.evaluate("document.querySelector('.slot-top').scrollIntoView()")
    page.wait_for_timeout(300)
    page.evaluate("document.querySelector('.slot-top').style.height = '20rem'")
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifts.length") > 0


def test_web_11_a_slot_has_its_height_before_anything_loads(profile: Profile) -> None:
    page = profile(viewport=WIDE, java_script_enabled=False).new_page()
    page.route(re.compile(r"/media/|\.js$"), lambda route: route.abort())
    page.goto(ARTICLE)
    for slot in page.locator(".slot:visible").all():
        box = slot.bounding_box()
        assert box is not None
        assert box["height"] >= 100


def test_a_slot_is_labeled_and_its_link_says_that_it_is_paid(tab: Page) -> None:
    tab.set_viewport_size(WIDE)
    tab.goto(ARTICLE)
    for slot in tab.locator(".slot").all():
        assert slot.locator(".slot-label").inner_text() in {"Advertisement", "Sponsored"}
        assert slot.locator("a.slot-link").get_attribute("rel") == "sponsored nofollow"


def test_a_view_counts_after_a_second_at_least_half_in_sight(profile: Profile, site: LiveSite) -> None:
    pages, views, clicks = counted(site)
    page = counted_page(profile, 1000, 1000)
    page.goto(ARTICLE)
    in_sight = page.evaluate(
        "[...document.querySelectorAll('.slot')].filter((slot) => {"
        " const { top, bottom, height } = slot.getBoundingClientRect();"
        " return height && Math.min(bottom, innerHeight) - Math.max(top, 0) >= height / 2 }).length"
    )
    assert in_sight > 0
    wait_until_counted(site, page, (pages + 1, views + in_sight, clicks))
    for _ in range(3):
        page.reload()
        page.wait_for_timeout(1500)
    assert counted(site) == (pages + 1, views + in_sight, clicks)


def test_what_rushes_by_is_no_view(profile: Profile, site: LiveSite) -> None:
    pages, views, clicks = counted(site)
    page = counted_page(profile, 1000, 100)
    page.goto("/articles/timely-filing/")
    page.mouse.wheel(0, 40_000)
    page.mouse.wheel(0, -40_000)
    wait_until_counted(site, page, (pages + 1, views, clicks))


def test_a_click_goes_straight_to_its_target_and_is_counted(profile: Profile, site: LiveSite) -> None:
    pages, views, clicks = counted(site)
    page = counted_page(profile, 1280, 900)
    page.route("https://sample.example/**", lambda route: route.fulfill(body="The target"))
    page.goto("/articles/denials-and-appeals/")
    link = page.locator(".slot-top a.slot-link")
    assert (link.get_attribute("href") or "").startswith("https://sample.example/")
    link.click()
    page.wait_for_url("https://sample.example/**")
    for _ in range(200):
        if counted(site)[2] == clicks + 1:
            break
        page.wait_for_timeout(100)
    assert counted(site)[2] == clicks + 1
    assert counted(site)[0] == pages + 1
    assert counted(site)[1] >= views


def test_priv_06_with_global_privacy_control_nothing_is_told(profile: Profile) -> None:
    page = counted_page(profile, 1280, 900)
    page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
    told: list[str] = []
    page.on("request", lambda request: told.append(request.url) if request.method == "POST" else None)
    page.goto(ARTICLE)
    page.wait_for_timeout(2000)
    assert told == []
    assert page.locator(".slot").count() > 0


@pytest.mark.parametrize("place", ["top", "inline", "side", "foot", "home", "list"])
@pytest.mark.parametrize(("viewport", "scheme"), [(NARROW, "dark"), (WIDE, "light")], ids=["narrow", "wide"])
def test_every_slot_stands_in_its_place(
    tab: Page, picture: Picture, place: str, viewport: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    tab.set_viewport_size(viewport)
    tab.emulate_media(color_scheme=scheme)
    tab.goto({"home": "/", "list": "/exams/cpb/"}.get(place, LONG_ARTICLE))
    slot = tab.locator(f".slot-{place}").first
    if place == "side" and viewport is NARROW:
        assert not slot.is_visible()
        return
    slot.scroll_into_view_if_needed()
    tab.wait_for_load_state("networkidle")
    box = slot.bounding_box()
    assert box
    assert box["width"] <= viewport["width"]
    assert "Advertisement" in slot.inner_text()
    picture(tab, f"slot-{place}-{'narrow' if viewport is NARROW else 'wide'}")
