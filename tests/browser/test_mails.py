"""Every mail in a real Chromium: on the smallest phone and in a wide window, in both schemes, with pictures on and off."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from playwright.sync_api import Browser, Page, Route

from carrel.settings import Settings
from tests.mails.samples import all_mails, settings_in
from tests.support.axe import complaints_in_both

SMALLEST, NARROW, WIDE = 320, 390, 640
OF_WHOLE_PAGES = {"region", "landmark-one-main"}


@pytest.fixture(scope="module")
def mail_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("mails"))


@pytest.fixture(scope="module")
def mails(mail_settings: Settings) -> dict[str, str]:
    """The HTML part of each mail, as a parser gives it back."""
    pages = {}
    for name, raw in all_mails(mail_settings).items():
        message = message_from_bytes(raw, policy=default)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("html",))
        assert body
        pages[name] = str(body.get_content())
    return pages


@pytest.fixture(scope="module")
def reader(browser: Browser, mail_settings: Settings) -> Iterator[Page]:
    """A window that fetches the site's pictures from the disk, and nothing else."""

    def answer(route: Route) -> None:
        file = mail_settings.home / "media" / route.request.url.rpartition("/")[2]
        route.fulfill(path=file) if file.exists() else route.abort()

    page = browser.new_page(viewport={"width": SMALLEST, "height": 640})
    page.route("**/*", answer)
    yield page
    page.close()


def test_no_mail_is_wider_than_the_smallest_phone(reader: Page, mails: dict[str, str]) -> None:
    """Case 08: wide tables, long addresses, code, pictures; also where a program drops the rules in the head."""
    for name, html in mails.items():
        for kept in (html, re.sub(r"<style>.*?</style>", "", html, flags=re.S)):
            reader.set_content(kept)
            assert reader.evaluate("document.documentElement.scrollWidth") <= SMALLEST, name


def test_axe_finds_nothing_in_any_mail(reader: Page, mails: dict[str, str]) -> None:
    """The wrapper is an article by its role, as mail programs take the mail for one; axe wants it in a landmark of a page."""
    for name, html in mails.items():
        reader.set_content(html)
        assert [each for each in complaints_in_both(reader) if each[0] not in OF_WHOLE_PAGES] == [], name


def test_words_stand_where_pictures_are_off(browser: Browser, mails: dict[str, str]) -> None:
    page = browser.new_page(viewport={"width": NARROW, "height": 640})
    page.route("**/*", lambda route: route.abort())
    page.set_content(mails["newsletter-digest-each-with_ads"])
    image = page.get_by_role("img", name="A calendar: day 0 is the date of service")
    assert image.is_visible()
    box = image.bounding_box()
    page.close()
    assert box
    assert box["width"] <= NARROW


def test_a_wide_table_is_a_table_where_there_is_room_and_lines_where_there_is_none(
    reader: Page, mails: dict[str, str]
) -> None:
    reader.set_content(mails["newsletter-digest-each-with_ads"])
    row = reader.get_by_role("row").filter(has_text="99213").first
    label = reader.get_by_text("Medicare fee: ").first
    for width, is_stacked in ((SMALLEST, True), (WIDE, False)):
        reader.set_viewport_size({"width": width, "height": 640})
        assert label.is_visible() == is_stacked
    assert row.is_visible()
    reader.set_viewport_size({"width": SMALLEST, "height": 640})
