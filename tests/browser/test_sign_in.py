"""Signing in with a real browser, its scripts on and off, and a mail scanner that runs scripts."""

import re
import time
import uuid

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete

from carrel.accounts.models import LimitHits
from tests.browser.conftest import NARROW, Profile
from tests.support.live import LiveSite

PATIENCE_SECONDS = 60.0


def ask(page: Page, email: str) -> None:
    """Ask for the mail, as a person does."""
    page.goto("/sign-in/")
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Send me the link").click()
    page.wait_for_url("**/sign-in/code")


def mail_to(site: LiveSite, email: str) -> str:
    """The text of the newest mail to this address, once it arrived."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not site.mail.mails_to(email):
        assert time.monotonic() < until, "no mail arrived"
        time.sleep(0.1)
    return site.mail.mails_to(email)[-1].text()


def link_of(text: str) -> str:
    found = re.search(r"http\S+/sign-in/\S+", text)
    assert found
    return found[0]


@pytest.fixture
def email() -> str:
    """Somebody's own address in each test: one site serves them all."""
    return f"anna.{uuid.uuid4().hex[:8]}@example.org"


@pytest.fixture(autouse=True)
def _room(site: LiveSite) -> None:
    """The tests share one network address; its limits have tests of their own."""
    with site.services.db.write() as session:
        session.execute(delete(LimitHits))


def test_auth_03_in_the_browser_that_asked_one_click_is_enough(
    page: Page, site: LiveSite, email: str
) -> None:
    ask(page, email)
    page.goto(link_of(mail_to(site, email)))
    page.wait_for_url("**/account/")
    expect(page.get_by_text(email)).to_be_visible()


def test_a11y_04_without_scripts_the_button_does_it(profile: Profile, site: LiveSite, email: str) -> None:
    page = profile(java_script_enabled=False).new_page()
    ask(page, email)
    page.goto(link_of(mail_to(site, email)))
    expect(page.get_by_role("heading", name="One more click")).to_be_visible()
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/account/")


def test_the_code_signs_in_the_browser_that_asked(page: Page, site: LiveSite, email: str) -> None:
    ask(page, email)
    code = re.search(r"\d{4} \d{4}", mail_to(site, email))
    assert code
    page.get_by_label("Code").fill(code[0])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/account/")


def test_mf_19_a_scanner_that_runs_scripts_signs_nobody_in(
    page: Page, profile: Profile, site: LiveSite, email: str
) -> None:
    scanner = profile().new_page()
    ask(page, email)
    link = link_of(mail_to(site, email))
    for _ in range(3):
        scanner.goto(link, wait_until="networkidle")
        expect(scanner.get_by_role("heading", name="Sign in on this device?")).to_be_visible()
    scanner.goto("/account/")
    assert "/sign-in/" in scanner.url
    page.goto(link)
    page.wait_for_url("**/account/")


def test_auth_03_on_another_device_it_asks_first(
    page: Page, profile: Profile, site: LiveSite, email: str
) -> None:
    phone = profile(viewport=NARROW).new_page()
    ask(page, email)
    phone.goto(link_of(mail_to(site, email)))
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
    phone.get_by_role("button", name="on this device").click()
    phone.wait_for_url("**/account/")
    page.goto("/account/")
    assert "/sign-in/" in page.url
