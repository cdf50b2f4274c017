"""Terms explained where a text uses them: by keyboard, without JavaScript, in a narrow window."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, Profile
from tests.support.axe import complaints_in_both

ARTICLE = "/articles/medicare-secondary-payer/"
SHOWN = ".definition:popover-open"


def opened_by_keyboard(page: Page) -> None:
    page.goto(ARTICLE)
    page.locator("button.term").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(SHOWN)).to_have_count(1)


def test_a11y_04_a_definition_opens_leads_on_and_closes_by_keyboard_without_a_script(
    profile: Profile,
) -> None:
    page = profile(java_script_enabled=False).new_page()
    opened_by_keyboard(page)
    assert "after the primary plan has paid" in page.locator(SHOWN).inner_text()
    page.keyboard.press("Tab")
    expect(page.locator(f"{SHOWN} a")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(SHOWN)).to_have_count(0)
    expect(page.locator("button.term").first).to_be_focused()


def test_a11y_01_an_open_definition_fits_a_narrow_window_and_has_no_complaint(tab: Page) -> None:
    tab.set_viewport_size(NARROW)
    opened_by_keyboard(tab)
    box, width = tab.locator(SHOWN).bounding_box(), NARROW["width"]
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints_in_both(tab) == []


def test_a11y_01_the_form_of_a_report_fits_a_narrow_window_and_has_no_complaint(tab: Page) -> None:
    tab.set_viewport_size(NARROW)
    for path in ("/study/cpb/glossary/", "/study/cpb/cards/what-cmp-means/"):
        tab.goto(path)
        tab.get_by_text("Something wrong?").first.click()
        tab.get_by_label("What is wrong").first.wait_for()
        assert tab.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        assert complaints_in_both(tab) == []
