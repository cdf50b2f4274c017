"""The operator's pages in a browser: correct, readable in both schemes, at 320 pixels, without a script."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect
from sqlalchemy import update

from carrel import clock
from carrel.http import cookies
from tests.browser.conftest import NARROW, WIDE, Office, Picture, Profile
from tests.support.axe import complaints, complaints_in_both
from tests.support.operators import code_now
from website.admin.operators.models import OperatorSession
from website.admin.tables.routes import TABLES

TABLE_PAGES = [table.path for table in TABLES]
PAGES = [
    *TABLE_PAGES,
    "/admin/sign-in",
    "/admin/",
    "/admin/me",
    "/admin/me/password",
    "/admin/operators",
    "/admin/again",
    "/admin/articles/2/preview-links",
    "/admin/orders/?q=example&sort=-price_cents",
    "/admin/alarms/1",
    "/admin/find",
    "/admin/find?q=anna@example.org",
    "/admin/find?q=nobody",
    "/admin/gifts/new",
    "/admin/gifts/1",
    "/admin/ads/new",
    "/admin/readers/1",
    "/admin/orders/reference-1",
    "/admin/inbox/evt_1",
    "/admin/issues/1",
    "/admin/issues/1/edit",
    "/admin/broadcasts/",
    "/admin/broadcasts/new",
    "/admin/broadcasts/1",
    "/admin/digests",
    "/admin/suppression?email=gone@example.org",
    "/admin/subscribers/",
    "/admin/subscribers/1",
    "/admin/subscribers/new",
    "/admin/subscribers/import",
    "/admin/reports/subscribers",
    "/admin/ads/1",
    "/admin/reports/ads",
    "/admin/reports/passes",
    "/admin/reports/accounts",
    "/admin/doctor/",
    "/admin/nothing",
]
PICTURED = {"/admin/": "today", "/admin/orders/": "orders", "/admin/readers/1": "reader"}
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
# How large the letters of each plot are on the screen, in pixels: a plot scales, and its letters with it.
LETTERS = """() => [...document.querySelectorAll('.admin-plot svg text')].map(text => {
  const plot = text.ownerSVGElement;
  return parseFloat(getComputedStyle(text).fontSize) * plot.getBoundingClientRect().width / plot.viewBox.baseVal.width
})"""
# The letters of a plot that its edge cuts.
CUT = """() => [...document.querySelectorAll('.admin-plot svg text')].filter(text => {
  const [label, plot] = [text, text.ownerSVGElement].map(one => one.getBoundingClientRect());
  return label.right > plot.right || label.left < plot.left
}).map(text => text.textContent)"""
# Regions of tables that scroll sideways.
SCROLLING = """() => [...document.querySelectorAll('.admin-rows')]
  .filter(region => region.scrollWidth > region.clientWidth + 1).map(region => region.ariaLabel)"""


@pytest.fixture
def olga(office: Office, profile: Profile) -> Callable[..., Page]:
    """The owner's browser."""
    site, token, _ = office

    def new(**options: object) -> Page:
        context = profile(**{"viewport": NARROW, **options})
        context.add_cookies([{"name": cookies.OPERATOR.base_name, "value": token, "url": site.url}])
        return context.new_page()

    return new


def goto(page: Page, office: Office, path: str) -> Response:
    answer = page.goto(office[0].url + path)
    assert answer is not None
    return answer


def pages(office: Office) -> list[str]:
    return [*PAGES, office[2]]


def test_every_kind_of_page_fits_320_pixels_and_complains_of_nothing(
    office: Office, olga: Callable[..., Page]
) -> None:
    page, complaints = olga(), list[str]()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for path in pages(office):
        status = goto(page, office, path).status
        assert status == (404 if path.endswith("nothing") else 200), path
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path
    assert [each for each in complaints if "404" not in each] == []


@pytest.mark.parametrize("path", ["/admin/", "/admin/reports/ads"])
def test_the_letters_of_a_plot_can_be_read_at_320_pixels(
    office: Office, olga: Callable[..., Page], path: str
) -> None:
    page = olga()
    goto(page, office, path)
    letters = page.evaluate(LETTERS)
    assert len(letters) > 5
    assert min(letters) > 11
    assert page.evaluate(CUT) == []


def test_a11y_01_axe_finds_nothing(office: Office, olga: Callable[..., Page]) -> None:
    page = olga()
    for path in pages(office):
        goto(page, office, path)
        assert complaints_in_both(page) == [], path


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_and_no_table_scrolls_sideways(
    office: Office, olga: Callable[..., Page], picture: Picture, width: int
) -> None:
    page = olga(viewport={"width": width, "height": 844})
    for path in pages(office):
        goto(page, office, path)
        for opener in page.locator(".opener summary").all()[:1]:
            opener.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate(SCROLLING) == [], path
        if path in PICTURED:
            picture(page, f"desk-{PICTURED[path]}-{width}")


def test_a_row_opens_by_keyboard_and_shows_the_rest(office: Office, olga: Callable[..., Page]) -> None:
    page = olga(viewport=WIDE, java_script_enabled=False)
    goto(page, office, "/admin/orders/?q=reference-39")
    expect(page.get_by_text("Address at Checkout")).to_be_hidden()
    page.locator(".opener summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Address at Checkout")).to_be_visible()
    expect(page.get_by_text("/articles/what-cmp-means/")).to_be_visible()


def test_a_slash_leads_to_the_search_field_from_every_page(office: Office, olga: Callable[..., Page]) -> None:
    page = olga(viewport=WIDE)
    goto(page, office, "/admin/orders/")
    page.keyboard.press("/")
    page.keyboard.type("anna@")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="anna@example.org").first).to_be_visible()
    assert page.get_by_label("Search everything").input_value() == "anna@"
    goto(page, office, "/admin/find")
    # The browser gives the focus by itself, a moment after the page is there.
    expect(page.get_by_label("Search everything")).to_be_focused()
    page.keyboard.type("a/b")
    assert page.get_by_label("Search everything").input_value() == "a/b"


def test_a11y_04_a_table_is_searched_sorted_and_taken_away_without_javascript(
    office: Office, olga: Callable[..., Page]
) -> None:
    page = olga(java_script_enabled=False)
    goto(page, office, "/admin/readers/")
    page.get_by_label("Search", exact=True).fill("anna")
    page.get_by_role("button", name="Show").click()
    assert page.get_by_role("status").inner_text() == "1 row"
    page.get_by_role("link", name="Since").click()
    assert "sort=created_at" in page.url
    assert "q=anna" in page.url
    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV").click()
    assert "anna@example.org" in Path(download.value.path()).read_text("utf-8")


def test_an_address_of_numbers_says_that_passkeys_need_a_name(office: Office, page: Page) -> None:
    page.goto(f"{office[0].url}/admin/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("Passkeys do not work at this address")).to_be_visible()


def test_auth_08_a_passkey_is_added_and_signs_in(office: Office, profile: Profile) -> None:
    """On localhost: an address of numbers cannot have passkeys."""
    site, context = office[0].url.replace("127.0.0.1", "localhost"), profile(viewport=NARROW)
    context.add_cookies(
        [{"name": cookies.OPERATOR.base_name, "value": office[1], "domain": "localhost", "path": "/"}]
    )
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.goto(f"{site}/admin/me")
    page.get_by_label("Name of the new passkey").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("button", name="Remove My phone")).to_be_visible()
    assert complaints(page) == []
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


def test_what_was_typed_is_done_after_confirming_without_a_script(
    office: Office, olga: Callable[..., Page]
) -> None:
    services, page = office[0].services, olga(java_script_enabled=False)
    with services.db.write() as session:
        session.execute(update(OperatorSession).values(proven_at=clock.now() - timedelta(minutes=15)))
    goto(page, office, "/admin/readers/5")
    page.get_by_label("Reason").last.fill("shared with a class")
    page.get_by_role("button", name="Revoke pass").click()
    expect(page.get_by_role("heading", name="Confirm it’s you")).to_be_visible()
    page.get_by_label("Code").fill(code_now(services))
    page.get_by_role("button", name="Confirm").click()
    expect(page).to_have_url(f"{office[0].url}/admin/readers/5")
    expect(page.get_by_text("no (withdrawn)")).to_be_visible()
