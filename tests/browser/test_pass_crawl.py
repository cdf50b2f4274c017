"""N8: who has the pass gets not one byte of advertising, wherever they go, and their browser asks nobody for any.

The whole sitemap, the account, search, errors, the private feed: with sample ads in every slot and an ad network
switched on, so that there would be something to find.
"""

import re
from urllib.parse import urlsplit

import pytest
from lxml import etree
from playwright.sync_api import APIResponse, BrowserContext, Page, Request, Response

from carrel.http import cookies
from newsletter.feeds import private_feed
from tests.browser.ad_host import AdHost
from tests.browser.conftest import WIDE, Profile
from tests.support.accounts import make_reader, make_session
from tests.support.live import LiveSite

BESIDE_THE_SITEMAP = [
    "/search?q=appeal", "/search?q=zzzzzz", "/search?q=", "/account/", "/account/delete", "/account/address", "/me",
    "/pass/", "/sign-in/", "/newsletter/archive/", "/no/such/page", "/articles/no-such-article/", "/exams/nothing/",
    "/robots.txt", "/articles/what-cmp-means.md", "/llms.txt",
]  # fmt: skip
# Tags, classes, attributes, files, labels and lines that only advertising has.
TRACES = re.compile(
    r"""class="[^"]*\bslot|data-(?:house|network|slot)|\.slot-label\b|js/network\.|sendBeacon\("/seen"|sponsored nofollow|[">](?:Advertisement|Sponsored)[<"]"""
    r"""|sample\.example|Sample (?:pencils|flash|study|desk)|adsbygoogle|carrelNetwork|Disable ads|class="[^"]*\boffer""",
    re.IGNORECASE,
)
HASH = re.compile(r"'sha256-[^']+'")
ALLOWED_IN_POLICY = re.compile(r"^(?:'self'|'none'|https://checkout\.stripe\.com|http://127\.0\.0\.1:\d+)$")


@pytest.fixture(scope="module")
def site(site_with_network: LiveSite) -> LiveSite:
    """The one with all the advertising that there can be."""
    return site_with_network


@pytest.fixture(scope="module")
def holder(site: LiveSite) -> tuple[str, str]:
    """The cookie of somebody with the pass, and the address of their private feed."""
    services = site.services
    reader = make_reader(services.db, "crawler@example.org", ad_free=True)
    with services.db.write() as session:
        private_feed.renew(session, services.settings, reader)
        feed = private_feed.url(session, services.settings, services.signer, reader.id)
    assert feed is not None
    return make_session(services.db, reader), feed.removeprefix(site.url)


def sitemap(context: BrowserContext) -> list[str]:
    """Every path in the sitemap."""
    tree = etree.fromstring(context.request.get("/sitemap.xml").body())
    return [urlsplit(loc.text or "").path for loc in tree.iter("{*}loc")]


def hashes(response: Response | APIResponse) -> set[str]:
    """What may stand inside a page."""
    return set(HASH.findall(response.headers["content-security-policy"]))


def faults(path: str, response: Response | APIResponse) -> list[str]:
    """What of advertising is in an answer."""
    found = [f"{path} holds {match[0]!r}" for match in TRACES.finditer(response.text())]
    policy = HASH.sub("", response.headers.get("content-security-policy", ""))
    for directive in policy.split(";"):
        name, *sources = directive.split()
        stripe = name == "form-action"
        if any(
            not ALLOWED_IN_POLICY.match(each) or (each.startswith("http") and not stripe) for each in sources
        ):
            found.append(f"{path} allows {directive.strip()}")
    return found


def test_n8_a_holder_meets_no_advertising_anywhere(
    profile: Profile, site: LiveSite, host: AdHost, holder: tuple[str, str]
) -> None:
    cookie, feed = holder
    host.asked.clear()
    context = profile(viewport=WIDE)
    context.add_cookies([{"name": cookies.SESSION.name(site.settings), "value": cookie, "url": site.url}])
    page = context.new_page()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - it cannot take a builtin
    paths = [*sitemap(context), *BESIDE_THE_SITEMAP]
    wrong = []
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status < 500, path
        wrong += faults(path, answer)
    assert wrong == []
    assert len(paths) > 50
    own = hashes(context.request.get("/privacy/"))
    assert hashes(context.request.get("/articles/what-cmp-means/")) == own, "no script of the network's"
    assert {urlsplit(request.url).netloc for request in asked} == {urlsplit(site.url).netloc}
    assert [request.url for request in asked if request.method != "GET"] == []
    assert host.asked == []
    assert {cookie["name"] for cookie in context.cookies()} == {cookies.SESSION.name(site.settings)}
    assert page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage))") == []
    text = context.request.get(feed).text()
    assert "<item>" in text
    assert TRACES.findall(text) == []


def test_the_same_search_finds_advertising_with_a_guest(shared: BrowserContext, site: LiveSite) -> None:
    for path in ("/", "/exams/cpb/", "/articles/what-cmp-means/"):
        found = " ".join(faults(path, shared.request.get(path)))
        assert "'.slot-label'" in found
        assert 'sendBeacon("/seen"' in found
        assert "sponsored nofollow" in found
        assert "allows script-src" in found
    own = hashes(shared.request.get("/privacy/"))
    assert hashes(shared.request.get("/articles/what-cmp-means/")) - own, "the network's script"


def test_an_article_has_no_box_where_a_slot_would_be(
    page: Page, site: LiveSite, holder: tuple[str, str]
) -> None:
    page.set_viewport_size(WIDE | {"width": 1400})
    page.context.add_cookies(
        [{"name": cookies.SESSION.name(site.settings), "value": holder[0], "url": site.url}]
    )
    page.goto("/articles/what-cmp-means/")
    # What links to an item under its number is no box: `<span id="question-1">`.
    empty = page.evaluate(
        "[...document.querySelectorAll('main :not(span[id^=question-])')].filter((box) => !box.childNodes.length"
        " && !['IMG', 'INPUT', 'HR', 'BR', 'COL'].includes(box.tagName)).map((box) => box.outerHTML)"
    )
    assert empty == []
