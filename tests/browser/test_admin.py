"""The operator's pages in a browser: correct, readable in both schemes, at 320 pixels, without a script."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Response, expect

from tests.browser.test_nu import checker  # noqa: F401
from tests.browser.test_pages import CHECK, NARROW
from tests.support.articles import article_md, exam_toml, write_files
from tests.support.live import LiveSite, live_site
from tests.support.office import COOKIE, furnish

PAGES = [
    "/admin/sign-in",
    "/admin/",
    "/admin/me",
    "/admin/operators",
    "/admin/again",
    "/admin/articles/",
    "/admin/orders/?q=example&sort=-price_cents",
    "/admin/audit/",
    "/admin/alarms/1",
    "/admin/find?q=anna@example.org",
    "/admin/readers/1",
    "/admin/orders/reference-1",
    "/admin/inbox/evt_1",
    "/admin/issues/1",
    "/admin/digests",
    "/admin/suppression?email=gone@example.org",
    "/admin/ads/1",
    "/admin/reports/ads",
    "/admin/reports/passes",
    "/admin/doctor/",
    "/admin/nothing",
]
LOOKED_AT = [
    "/admin/sign-in",
    "/admin/",
    "/admin/operators",
    "/admin/orders/?q=buyer39&sort=-price_cents",
    "/admin/orders/reference-1",
    "/admin/issues/1",
    "/admin/suppression?email=gone@example.org",
    "/admin/ads/1",
    "/admin/reports/ads",
]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
IN_THE_DARK = ["/admin/", "/admin/orders/?q=buyer39&sort=-price_cents", "/admin/ads/1"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveSite, str, str]]:
    """A site with something in every table; its owner's session; a set-up link's path."""
    content = write_files(
        tmp_path_factory.mktemp("content"), {"cpb/exam.toml": exam_toml(), "cpb/first-steps.md": article_md()}
    )
    with live_site(tmp_path_factory.mktemp("office"), content=content, time_zone="America/Chicago") as site:
        yield site, *furnish(site.services)


Profile = Callable[..., BrowserContext]


@pytest.fixture
def olga(office: tuple[LiveSite, str, str], profile: Profile) -> Callable[..., Page]:
    """The owner's browser."""
    site, token, _ = office

    def new(**options: object) -> Page:
        context = profile(**{"viewport": NARROW, **options})
        context.add_cookies([{"name": COOKIE, "value": token, "url": site.url}])
        return context.new_page()

    return new


def goto(page: Page, office: tuple[LiveSite, str, str], path: str) -> Response:
    answer = page.goto(office[0].url + path)
    assert answer is not None
    return answer


def pages(office: tuple[LiveSite, str, str]) -> list[str]:
    return [*PAGES, office[2]]


def violations(page: Page) -> list[tuple[str, list[str]]]:
    found = Axe().run(page, options=CHECK).response["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found]


def test_every_kind_of_page_fits_320_pixels_and_complains_of_nothing(
    office: tuple[LiveSite, str, str], olga: Callable[..., Page]
) -> None:
    page, complaints = olga(), list[str]()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for path in pages(office):
        status = goto(page, office, path).status
        assert status == (404 if path.endswith("nothing") else 200), path
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path
    assert [each for each in complaints if "404" not in each] == []


@pytest.mark.parametrize(("scheme", "looked_at"), [("light", LOOKED_AT), ("dark", IN_THE_DARK)])
def test_a11y_01_axe_finds_nothing(
    office: tuple[LiveSite, str, str], olga: Callable[..., Page], scheme: str, looked_at: list[str]
) -> None:
    page = olga(color_scheme=scheme)
    for path in looked_at:
        goto(page, office, path)
        assert violations(page) == [], path


def test_a11y_01_nu_finds_no_error(
    checker: Path,  # noqa: F811
    office: tuple[LiveSite, str, str],
    olga: Callable[..., Page],
    tmp_path: Path,
) -> None:
    page = olga()
    for number, path in enumerate(pages(office)):
        (tmp_path / f"{number}.html").write_bytes(goto(page, office, path).body())
    command = ["java", "-jar", str(checker), "--format", "json", "--skip-non-html", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert [
        (pages(office)[int(Path(each["url"]).stem)], each["message"], each.get("extract"))
        for each in json.loads(done.stderr)["messages"]
        if each["type"] != "info"
    ] == []


def test_a11y_04_a_table_is_searched_sorted_and_taken_away_without_javascript(
    office: tuple[LiveSite, str, str], olga: Callable[..., Page]
) -> None:
    page = olga(java_script_enabled=False)
    goto(page, office, "/admin/readers/")
    page.get_by_label("Search").fill("anna")
    page.get_by_role("button", name="Show").click()
    assert page.get_by_role("status").inner_text() == "1 row"
    page.get_by_role("link", name="Since").click()
    assert "sort=created_at" in page.url
    assert "q=anna" in page.url
    with page.expect_download() as download:
        page.get_by_role("button", name="as CSV").click()
    assert "anna@example.org" in Path(download.value.path()).read_text("utf-8")


def test_auth_08_a_passkey_is_added_and_signs_in(office: tuple[LiveSite, str, str], profile: Profile) -> None:
    """On localhost: an address of numbers cannot have passkeys."""
    site, context = office[0].url.replace("127.0.0.1", "localhost"), profile(viewport=NARROW)
    context.add_cookies([{"name": COOKIE, "value": office[1], "domain": "localhost", "path": "/"}])
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.goto(f"{site}/admin/me")
    page.get_by_label("Name of the new passkey").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("button", name="Remove My phone")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Add a passkey").focus()
    page.get_by_label("Name of the new passkey").fill("The same phone")
    page.keyboard.press("Enter")
    expect(page.get_by_text("holds a passkey of yours for this site already")).to_be_visible()
    context.clear_cookies()
    page.goto(f"{site}/admin/me")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    page.goto(f"{site}/admin/again?next=/admin/operators")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Operators")).to_be_visible()
