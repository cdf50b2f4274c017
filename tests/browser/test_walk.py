"""The whole walk, as a stranger would take it, on two devices that know nothing of each other."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from articles.publish import publish
from payments.models import Order
from tests.support.live import CONTENT, LiveSite, live_site

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


def wait_until(truth: Callable[[], object], seconds: float = 60) -> None:
    """Until it is so; what should be quick has a generous limit, for slow machines."""
    give_up = time.monotonic() + seconds
    while not truth():
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


def test_the_whole_walk(profile: Callable[..., BrowserContext], site: LiveSite, content: Path) -> None:
    first, second = profile().new_page(), profile().new_page()

    # Read with ads, and buy without an account.
    assert has_ads(first)
    assert has_ads(second)
    first.get_by_role("link", name=OFFER).first.click()
    first.get_by_role("button", name="Pay $4.99").click()
    first.get_by_label("Email").fill(BUYER)
    first.get_by_role("button", name="Pay").first.click()
    first.wait_for_url(re.compile(re.escape(ARTICLE)), timeout=60_000)
    assert not has_ads(first)
    assert mail_to(site, BUYER, "")

    # Another device: sign in with the address given at the payment, in other letters.
    second.goto("/sign-in/?next=" + ARTICLE)
    second.get_by_label("Email").fill(BUYER.upper())
    second.get_by_role("button").last.click()
    second.goto(link_in(mail_to(site, BUYER, "ign in"), "/sign-in/"))
    second.wait_for_url(re.compile(re.escape(ARTICLE)), timeout=60_000)
    assert not has_ads(second)
    second.goto("/pass/")
    expect(second.get_by_role("heading", level=1)).to_have_text("You already have it")

    # Subscribe to each article, confirm, publish: the mail comes by itself.
    first.goto("/subscribe/")
    first.wait_for_timeout(2_100)  # a form that is sent sooner is a robot's
    first.get_by_label("Email").fill(BUYER)
    first.get_by_label("How often").select_option("each")
    first.get_by_role("button", name="Subscribe").click()
    first.goto(link_in(mail_to(site, BUYER, "onfirm"), "/newsletter/confirm/"))
    mail_to(site, BUYER, "elcome")
    (content / "cpb" / "a-new-arrival.md").write_text(NEW_ARTICLE)
    publish(site.settings, site.services.db)
    digest = mail_to(site, BUYER, "A new arrival")
    assert "Advertisement" not in digest

    # The money goes back: ads again, on both devices.
    with site.services.db.read() as session:
        session_id = session.scalars(select(Order.checkout_session_id)).one()
    assert session_id
    site.stripe.refund(session_id)
    wait_until(lambda: has_ads(first))
    wait_until(lambda: has_ads(second))
    mail_to(site, BUYER, "on its way back")

    # Leave: silence.
    second.goto(link_in(digest, "/newsletter/unsubscribe/"))
    second.get_by_role("button", name="Leave the newsletter").click()
    before = len(site.mail.mails)
    (content / "cpb" / "another-arrival.md").write_text(
        NEW_ARTICLE.replace("A new arrival", "Another arrival")
    )
    publish(site.settings, site.services.db)
    second.wait_for_timeout(8_000)
    assert len(site.mail.mails) == before
