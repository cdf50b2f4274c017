"""The whole walk, as a stranger would take it, on two devices that know nothing of each other.

`make pictures` takes it too, for docs/walk.md.
"""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from articles.publish import publish
from tests.browser.conftest import Picture
from tests.support.live import CONTENT, LiveSite, live_site
from tests.support.operators import OLGA, PASSWORD, code_now, put_operator

ARTICLE = "/articles/what-cmp-means/"
BUYER = "Anna.Example@mail.test"
OFFER = "Disable ads (and more)"
NEW_ARTICLE = """---
title: "A new arrival on the shelf"
summary: "An article that was published while somebody was already subscribed to its exam."
---

It arrives in the mailbox of everybody who asked for each article, once.
"""


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the articles we ship, to publish into."""
    folder = tmp_path_factory.mktemp("walk") / "content"
    shutil.copytree(CONTENT, folder)
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, content: Path) -> Iterator[LiveSite]:
    """A site of its own: this walk changes everything."""
    with live_site(tmp_path_factory.mktemp("walk-home"), content=content) as running:
        yield running


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Until it is so; what should be quick has a generous limit, for slow machines."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.1)


def has_ads(page: Page) -> bool:
    """Whether the article shows slots; the offer line goes with them."""
    page.goto(ARTICLE)
    slots, offers = page.locator(".slot").count(), page.get_by_text(OFFER).count()
    assert bool(slots) == bool(offers)
    return bool(slots)


def mail_to(site: LiveSite, address: str, subject: str) -> str:
    """The text of the newest mail to an address with these words in its subject."""

    def found() -> list[str]:
        return [
            mail.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
            for mail in site.mail.mails
            if address.lower() in str(mail.message["To"]).lower() and subject in str(mail.message["Subject"])
        ]

    wait_until(found)
    return found()[-1]


def link_in(text: str, path: str) -> str:
    found = re.search(rf"https?://[^\s/]+({re.escape(path)}\S+)", text)
    assert found, text
    return found[1]


def test_the_whole_walk(
    profile: Callable[..., BrowserContext], picture: Picture, site: LiveSite, content: Path
) -> None:
    phone: ViewportSize = {"width": 390, "height": 844}
    first, second = profile().new_page(), profile(viewport=phone, color_scheme="dark").new_page()
    assert has_ads(first)
    assert has_ads(second)
    picture(first, "walk-1-with-ads")
    buy_without_an_account(first, picture, site)
    sign_in_elsewhere(second, picture, site)
    subscribe(first, picture, site)
    digest = publish_and_wait(site, content, "A new arrival")
    picture_of_mail(first, picture, site, "A new arrival")
    refund_by_the_operator(profile().new_page(), picture, site)
    wait_until(lambda: has_ads(first))
    wait_until(lambda: has_ads(second))
    mail_to(site, BUYER, "Your refund of")
    leave(second, digest, picture)
    before = len(site.mail.mails)
    write(content, "Another arrival")
    publish(site.settings, site.services.db)
    second.wait_for_timeout(8_000)
    assert len(site.mail.mails) == before


def buy_without_an_account(page: Page, picture: Picture, site: LiveSite) -> None:
    """Nothing is typed but what the payment page asks."""
    page.get_by_role("link", name=OFFER).first.click()
    picture(page, "walk-2-offer")
    page.get_by_role("button", name="Pay $4.99").click()
    page.get_by_label("Email").fill(BUYER)
    page.get_by_role("button", name="Pay").first.click()
    page.wait_for_url(re.compile(re.escape(ARTICLE)), timeout=60_000)
    picture(page, "walk-3-no-ads")
    assert not has_ads(page)
    assert mail_to(site, BUYER, "")


def sign_in_elsewhere(page: Page, picture: Picture, site: LiveSite) -> None:
    """With the address given at the payment, in other letters."""
    page.goto("/sign-in/?next=" + ARTICLE)
    page.get_by_label("Email").fill(BUYER.upper())
    page.get_by_role("button").last.click()
    picture(page, "walk-4-sign-in")
    page.goto(link_in(mail_to(site, BUYER, "ign in"), "/sign-in/"))
    page.wait_for_url(re.compile(re.escape(ARTICLE)), timeout=60_000)
    assert not has_ads(page)
    page.goto("/pass/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your pass is active")


def subscribe(page: Page, picture: Picture, site: LiveSite) -> None:
    """To each article, and confirm."""
    page.goto("/subscribe/")
    page.wait_for_timeout(2_100)  # a form that is sent sooner is a robot's
    page.get_by_label("Email").fill(BUYER)
    page.get_by_label("How often").select_option("each")
    picture(page, "walk-5-subscribe")
    page.get_by_role("button", name="Subscribe").click()
    page.goto(link_in(mail_to(site, BUYER, "onfirm"), "/newsletter/confirm/"))
    mail_to(site, BUYER, "elcome")


def publish_and_wait(site: LiveSite, content: Path, title: str) -> str:
    """Publish one article more; the text of the mail that comes by itself."""
    write(content, title)
    publish(site.settings, site.services.db)
    digest = mail_to(site, BUYER, title)
    assert "Advertisement" not in digest
    return digest


def write(content: Path, title: str) -> None:
    """One article more."""
    name = title.lower().replace(" ", "-")
    (content / "cpb" / f"{name}.md").write_text(NEW_ARTICLE.replace("A new arrival", title))


def refund_by_the_operator(page: Page, picture: Picture, site: LiveSite) -> None:
    """Sign in at the desk, find the buyer by an address, give the money back."""
    put_operator(site.services)
    page.goto("/admin/")
    page.get_by_label("Email").fill(OLGA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code").fill(code_now(site.services))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto("/admin/find")
    page.get_by_label("Search everything").fill(BUYER.lower())
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=re.compile(BUYER, re.IGNORECASE)).first.click()
    page.get_by_label("Reason").first.fill("Bought by mistake")
    picture(page, "walk-7-refund")
    page.get_by_role("button", name="Refund $4.99").click()
    expect(page.get_by_text("Refunded $4.99.")).to_be_visible()
    expect(page.get_by_role("button", name="Refund $4.99")).to_have_count(0)


def leave(page: Page, digest: str, picture: Picture) -> None:
    """By the link in the mail."""
    page.goto(link_in(digest, "/newsletter/unsubscribe/"))
    picture(page, "walk-8-leave")
    page.get_by_role("button", name="Unsubscribe").click()


def picture_of_mail(page: Page, picture: Picture, site: LiveSite, subject: str) -> None:
    """The newest mail with these words in its subject, as a mail program shows it."""
    newest = [mail.message for mail in site.mail.mails if subject in str(mail.message["Subject"])][-1]
    shown = page.context.new_page()
    shown.set_content(newest.get_body(("html",)).get_content())  # type: ignore[union-attr]
    picture(shown, "walk-6-digest")
    shown.close()
