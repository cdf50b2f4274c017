"""A list of subscribers is imported in a browser without a script, on a phone."""

from pathlib import Path

from playwright.sync_api import Page, expect

from carrel.http import cookies
from newsletter.transfer import import_step
from tests.browser.conftest import NARROW, Office, Profile
from tests.browser.test_admin import goto
from tests.support.axe import complaints

LIST = (
    "email,status,created_at\n"
    "new@example.org,active,2026-01-01\n"
    "gone@example.org,unsubscribed,2026-01-01\n"
    "nobody,active,2026-01-01\n"
)


def olga(office: Office, profile: Profile, **options: object) -> Page:
    """The owner's browser."""
    site, token, _ = office
    context = profile(**{"viewport": NARROW, **options})
    context.add_cookies([{"name": cookies.OPERATOR.base_name, "value": token, "url": site.url}])
    return context.new_page()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"])


def test_a_list_is_checked_imported_and_taken_away(office: Office, profile: Profile, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST)
    page = olga(office, profile, java_script_enabled=False)
    goto(page, office, "/admin/subscribers/import")
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_label("How these people agreed").fill("our old form")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dry run of list.csv")
    assert fits(page)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Importing list.csv")
    while import_step.run_step(office[0].services):
        pass
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("1 subscriber was added")
    with page.expect_download() as download:
        page.get_by_role("link", name="Every line and its result").click()
    assert "new@" not in download.value.path().read_text("utf-8")
    look = olga(office, profile)
    goto(look, office, "/admin/subscribers/imports/1")
    assert complaints(look) == []
