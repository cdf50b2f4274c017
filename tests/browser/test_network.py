"""A network's ad comes after consent, never before, never to a holder, and never at the price of a moving page."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from carrel.http import cookies
from tests.browser.ad_host import AdHost
from tests.browser.conftest import WIDE, with_network
from tests.browser.test_slots import WATCH_SHIFTS, scroll_through
from tests.support.accounts import make_reader, make_session
from tests.support.articles import article_md, exam_toml, write_files
from tests.support.live import LiveSite, live_site

ARTICLE = "/articles/what-cmp-means/"
GRANT = "document.dispatchEvent(new CustomEvent('carrel:consent', { detail: 'granted' }))"
DENY = "document.dispatchEvent(new CustomEvent('carrel:consent', { detail: 'denied' }))"


@pytest.fixture(scope="module")
def site(site_with_network: LiveSite) -> LiveSite:
    """The one with the network on."""
    return site_with_network


@pytest.fixture
def asked() -> list[str]:
    """What the pages of this test ask of the network; late requests of another test's page are not among it."""
    return []


def note(page: Page, host: AdHost, asked: list[str]) -> None:
    """Write down every request of a page to the network."""
    page.on(
        "request",
        lambda request: (
            asked.append(request.url.removeprefix(host.url)) if request.url.startswith(host.url) else None
        ),
    )


@pytest.fixture
def page(page: Page, host: AdHost, asked: list[str]) -> Page:
    """A page that notes what moves, what is refused and what the network is asked."""
    page.set_viewport_size(WIDE)
    note(page, host, asked)
    page.add_init_script(WATCH_SHIFTS)
    page.add_init_script(
        "window.refused = []; document.addEventListener('securitypolicyviolation',"
        " (event) => window.refused.push(`${event.violatedDirective} ${event.blockedURI}`))"
    )
    return page


def test_priv_01_before_a_choice_nobody_asks_the_network(asked: list[str], page: Page, host: AdHost) -> None:
    page.goto(ARTICLE)
    scroll_through(page)
    assert asked == []
    expect(page.locator(".slot-top .slot-link")).to_be_visible()
    assert page.content().count("adsbygoogle") == 0


def test_after_consent_the_pasted_tag_runs_and_nothing_moves(
    asked: list[str], page: Page, host: AdHost
) -> None:
    page.goto(ARTICLE)
    page.evaluate(GRANT)
    expect(page.locator(".slot-top iframe")).to_be_visible()
    expect(page.locator(".slot-top .slot-link")).to_be_hidden()
    expect(page.locator(".slot-top .slot-label")).to_have_text("Advertisement")
    expect(page.frame_locator(".slot-top iframe").locator("p")).to_have_text("A network's ad")
    scroll_through(page)
    expect(page.locator(".slot-foot iframe")).to_be_visible()
    assert page.evaluate("window.shifts") == []
    assert page.evaluate("window.refused") == []
    assert {path.partition("?")[0] for path in asked} >= {
        "/pagead/js/adsbygoogle.js",
        "/frame",
        "/auction",
    }
    assert [path for path in asked if path.startswith("/pagead/js/")] == [
        "/pagead/js/adsbygoogle.js?client=ca-pub-1"
    ]


def test_it_is_loaded_when_its_slot_comes_near(page: Page) -> None:
    page.goto(ARTICLE)
    page.evaluate(GRANT)
    expect(page.locator(".slot-top iframe")).to_be_visible()
    assert page.locator(".slot-foot iframe").count() == 0


def test_what_is_seen_then_is_the_networks(page: Page) -> None:
    page.goto(ARTICLE)
    house = page.locator(".slot-top").get_attribute("data-house") or ""
    page.evaluate(GRANT)
    expect(page.locator(".slot-top iframe")).to_be_visible()
    assert not house.startswith("network|")
    assert (page.locator(".slot-top").get_attribute("data-house") or "").startswith("network|top|cpb|")


def test_priv_04_who_says_no_keeps_the_house_ad(asked: list[str], page: Page, host: AdHost) -> None:
    page.goto(ARTICLE)
    page.evaluate(DENY)
    scroll_through(page)
    assert asked == []
    expect(page.locator(".slot-top .slot-link")).to_be_visible()


def test_who_changes_their_mind_gets_the_house_ad_back(page: Page) -> None:
    page.goto(ARTICLE)
    page.evaluate(GRANT)
    expect(page.locator(".slot-top iframe")).to_be_visible()
    page.evaluate(DENY)
    expect(page.locator(".slot-top .slot-link")).to_be_visible()
    assert page.locator("iframe").count() == 0


def test_priv_06_global_privacy_control_says_no_for_good(asked: list[str], page: Page, host: AdHost) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
    page.goto(ARTICLE)
    page.evaluate(GRANT)
    scroll_through(page)
    assert asked == []


def test_a_slot_that_the_network_leaves_empty_keeps_the_house_ad(
    asked: list[str], page: Page, host: AdHost
) -> None:
    host.is_empty = True
    page.goto(ARTICLE)
    with page.expect_response("**/pagead/**"):
        page.evaluate(GRANT)
    expect(page.locator(".slot-box")).to_have_count(
        0
    )  # a function that is polled would be against the page's own rules
    expect(page.locator(".slot-top .slot-link")).to_be_visible()
    assert asked == ["/pagead/js/adsbygoogle.js?client=ca-pub-1"]
    assert page.evaluate("window.shifts") == []


def test_when_the_network_fails_the_house_ad_is_back_and_nothing_moved(
    asked: list[str], page: Page, host: AdHost
) -> None:
    host.is_down = True
    page.goto(ARTICLE)
    with page.expect_request("**/pagead/**"):
        page.evaluate(GRANT)
    expect(page.locator(".slot-box")).to_have_count(0)
    expect(page.locator(".slot-top .slot-link")).to_be_visible()
    assert len(asked) > 0
    assert page.evaluate("window.shifts") == []


@pytest.mark.parametrize(
    "path", ["/sign-in/", "/pass/", "/subscribe/", "/search?q=appeal", "/privacy/", "/account/", "/no/page"]
)
def test_web_07_pages_with_power_never_name_the_network(
    shared: BrowserContext, host: AdHost, path: str
) -> None:
    answer = shared.request.get(path)
    assert host.url not in answer.headers["content-security-policy"]
    assert "js/network." not in answer.text()


def test_n8_a_holder_gets_nothing_of_it(asked: list[str], page: Page, host: AdHost, site: LiveSite) -> None:
    token = make_session(site.services.db, make_reader(site.services.db, "holder@example.org", ad_free=True))
    page.context.add_cookies([{"name": cookies.SESSION.name(site.settings), "value": token, "url": site.url}])
    for path in ("/", "/exams/cpb/", ARTICLE):
        answer = page.goto(path)
        assert answer is not None
        page.evaluate(GRANT)
        scroll_through(page)
        assert host.url not in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "js/network." not in page.content()
    assert asked == []


@pytest.mark.parametrize(("tool", "iframes"), [("/consent-yes.js", 1), ("/consent-no.js", 0)])
def test_priv_02_a_certified_consent_tool_plugs_in_by_its_own_interface(
    asked: list[str], browser: Browser, host: AdHost, tmp_path: Path, *, tool: str, iframes: int
) -> None:
    extra = with_network(host, consent_script=f"{host.url}{tool}")
    files = {"cpb/exam.toml": exam_toml(), "cpb/what-cmp-means.md": article_md()}
    content = write_files(tmp_path / "content", files)
    with live_site(tmp_path / "home", content=content, **extra) as other:
        context = browser.new_context(base_url=other.url, viewport=WIDE)
        page = context.new_page()
        note(page, host, asked)
        page.goto(ARTICLE)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)
        expect(page.locator(".slot-top iframe")).to_have_count(iframes)
        page.wait_for_load_state("networkidle")
        assert ("/frame" in asked) is bool(iframes)
        context.close()
