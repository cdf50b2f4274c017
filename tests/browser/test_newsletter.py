"""Subscribing with a real browser, its scripts on and off; a mail scanner that runs scripts; feeds for people."""

import re
import time
import uuid

import feedparser
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select, update

from articles.models import Article, Exam, Topic
from carrel import clock
from carrel.accounts.models import LimitHits, Reader
from carrel.mail.models import Suppression
from newsletter.subscribers.models import SignUp, SignUpMailCount, Subscriber, Subscription
from tests.browser.conftest import NARROW, Profile
from tests.browser.test_pages import ARTICLE
from tests.support.axe import complaints_in_both
from tests.support.live import LiveSite

PATIENCE_SECONDS = 60.0
LINK = re.compile(r"http\S+/newsletter/\S+")
ADDRESS = re.compile(r"http://127[^\s\"<>]+")


@pytest.fixture
def email() -> str:
    """Somebody's own address in each test: one site serves them all."""
    return f"anna.{uuid.uuid4().hex[:8]}@example.org"


@pytest.fixture(autouse=True)
def _room(site: LiveSite) -> None:
    """The tests share one network address; its limits have tests of their own."""
    with site.services.db.write() as session:
        session.execute(delete(LimitHits))


def subscribe(page: Page, email: str, pace: str = "daily") -> None:
    """Subscribe at the foot of an article."""
    page.goto(ARTICLE)
    box = page.locator("form[action='/subscribe/']")
    box.get_by_label("Email").fill(email)
    box.get_by_label("How often").select_option(pace)
    box.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()


def links_to(site: LiveSite, email: str, mails: int = 1) -> list[str]:
    """The newsletter's links in the newest mail to this address, once so many have arrived."""
    until = time.monotonic() + PATIENCE_SECONDS
    while len(site.mail.mails_to(email)) < mails:
        assert time.monotonic() < until, "no mail arrived"
        time.sleep(0.1)
    return LINK.findall(site.mail.mails_to(email)[-1].text())


def state_of(site: LiveSite, email: str) -> str:
    with site.services.db.read() as session:
        return session.scalars(select(Subscriber.state).where(Subscriber.email_key == email)).one()


def test_mail_11_in_the_browser_that_asked_opening_the_link_is_enough(
    page: Page, site: LiveSite, email: str
) -> None:
    subscribe(page, email)
    (link,) = links_to(site, email)
    page.goto(link)
    page.wait_for_url("**/newsletter/preferences/**")
    expect(page.get_by_text("You are subscribed.")).to_be_visible()
    assert state_of(site, email) == "confirmed"


def test_a11y_04_without_scripts_the_buttons_do_everything(
    profile: Profile, site: LiveSite, email: str
) -> None:
    page = profile(java_script_enabled=False).new_page()
    subscribe(page, email)
    (link,) = links_to(site, email)
    page.goto(link)
    assert state_of(site, email) == "pending"
    page.get_by_role("button", name="Confirm my address").click()
    page.wait_for_url("**/newsletter/preferences/**")
    for folded in ("Choose topics instead", "Delete my address as well"):
        expect(page.get_by_text(folded)).to_be_visible()
    page.get_by_label("How often").select_option("monthly")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_text("No emails until")).to_be_visible()
    page.get_by_role("button", name="Unsubscribe", exact=True).click()
    expect(page.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
    assert state_of(site, email) == "left"


def test_mf_19_mail_10_a_scanner_that_runs_scripts_opens_every_link_of_every_mail_and_nothing_changes(
    page: Page, profile: Profile, site: LiveSite, email: str
) -> None:
    scanner = profile().new_page()
    subscribe(page, email, "each")
    (confirm,) = links_to(site, email)
    before = rows(site)
    for _ in range(3):
        scanner.goto(confirm, wait_until="networkidle")
        expect(scanner.get_by_role("button", name="Confirm my address")).to_be_visible()
    assert (state_of(site, email), rows(site)) == ("pending", before)
    page.goto(confirm)
    page.wait_for_url("**/newsletter/preferences/**")
    links_to(site, email, mails=2)  # the welcome has come
    with site.services.db.write() as session:
        session.execute(delete(LimitHits))
    subscribe(profile().new_page(), email)  # somebody, elsewhere
    links_to(site, email, mails=3)
    with site.services.db.write() as session:  # as if this article appeared now
        new = update(Article).where(Article.slug == ARTICLE.strip("/").rpartition("/")[2])
        session.execute(new.values(first_visible_at=clock.now()))
    links_to(site, email, mails=4)
    assert "List-Unsubscribe" in site.mail.mails_to(email)[-1].message  # the digest

    before, opened = rows(site), set()
    for mail in site.mail.mails_to(email):
        opened |= {each.rstrip(".") for each in ADDRESS.findall(mail.text() + mail.text("html"))}
    # To confirm, to choose and to leave; besides, good articles and the front page.
    assert len([each for each in opened if "/newsletter/" in each]) == 3
    assert len(opened) >= 7
    for link in sorted({each.partition("#")[0] for each in opened}) * 3:
        scanner.goto(link, wait_until="networkidle" if "/newsletter/" in link else "load")
    assert (state_of(site, email), rows(site)) == ("confirmed", before)


def rows(site: LiveSite) -> str:
    """All that the newsletter knows of anybody."""
    with site.services.db.read() as session:
        tables = (Subscriber, Subscription, SignUp, SignUpMailCount, Suppression, Reader)
        return repr([session.execute(select(each.__table__)).all() for each in tables])


def test_feedparser_reads_every_feed_of_the_articles_we_ship(page: Page, site: LiveSite) -> None:
    with site.services.db.read() as session:
        slugs = [*session.scalars(select(Exam.slug)), *session.scalars(select(Topic.slug))]
        exams = len(session.scalars(select(Exam.slug)).all())
    folders = ["/", *(f"/{'exams' if n < exams else 'topics'}/{slug}/" for n, slug in enumerate(slugs))]
    for folder in folders:
        for name in ("feed.xml", "atom.xml"):
            answer = page.request.get(folder + name)
            read = feedparser.parse(
                answer.body(), response_headers={"content-type": answer.headers["content-type"]}
            )
            assert not read.bozo, (folder + name, read.get("bozo_exception"))
            assert read.entries, folder + name


def test_a11y_01_every_page_of_the_newsletter_is_accessible_and_fits(
    page: Page, profile: Profile, site: LiveSite, email: str
) -> None:
    looking = profile(viewport=NARROW).new_page()
    subscribe(page, email)
    (confirm,) = links_to(site, email)
    for path in (
        "/subscribe/sent/",
        confirm,
        "/newsletter/confirm/unknown",
        "/newsletter/unsubscribe/x",
        "/newsletter/archive/",
    ):
        check(looking, path)
    page.goto(confirm)
    page.wait_for_url("**/newsletter/preferences/**")
    for link in [page.url, *links_to(site, email, mails=2)]:
        check(looking, link)
    page.get_by_role("button", name="Unsubscribe", exact=True).click()
    expect(page.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
    check(looking, page.url)


def check(page: Page, path: str) -> None:
    """Nothing for axe to complain of, and no sideways scroll on a narrow screen."""
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path
    assert complaints_in_both(page) == [], path


@pytest.mark.parametrize("path", ["/feed.xml", "/exams/cpb/atom.xml"])
def test_a_person_who_opens_a_feed_can_read_it_and_follow_it(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.get_by_text("This is a feed")).to_be_visible()
    assert page.evaluate("document.documentElement.localName") in {"rss", "feed"}
    hidden = page.locator("guid, id, pubDate, published, encoded, content")
    assert not any(one.is_visible() for one in hidden.all())
    page.locator("a", has_text="Read this article").first.click()  # roles are unknown in XML
    page.wait_for_url("**/articles/**")
