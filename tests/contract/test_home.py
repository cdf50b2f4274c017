"""A home that the release 650cf8b made is served by the code of today: cookies, mailed links, feeds, the desk."""

import base64
import hashlib
import hmac
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from tests.contract.observe import promises, schema_of
from tests.contract.today import HOME, LATER, Site, open_home

LINKS, COOKIES, OPERATOR = HOME["links"], HOME["cookies"], HOME["operator"]
ARTICLE = "/articles/clean-claims/"
LABEL = "Sample pencils"  # what the home's only ad says


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The home, an hour later."""
    with open_home(tmp_path) as opened:
        yield opened


def state(site: Site, email: str) -> str:
    """Of a subscription."""
    ((found,),) = site.sql("SELECT state FROM subscriber WHERE email = :email", email=email)
    return str(found)


def newest_mail(site: Site) -> str:
    """The text of the mail that was queued last."""
    return str(site.sql("SELECT text FROM outbox_mail ORDER BY id DESC LIMIT 1")[0][0])


def signed(purpose: str, value: str) -> str:
    """A signature as every mailed link carries it, made without our code."""
    key = HOME["secret_key"].encode()
    digest = hmac.new(key, f"{purpose}\0{value}".encode(), hashlib.sha256).digest()
    return f"{value}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


@pytest.mark.sweep
def test_the_schema_is_brought_up_to_that_of_a_new_database(site: Site) -> None:
    assert sorted(set(schema_of(site.services.db))) == promises("schema")


def test_nothing_in_it_is_lost(site: Site) -> None:
    for table, rows in {"reader": 3, "pass_order": 1, "payment": 1, "pass_grant": 1, "house_ad": 1}.items():
        assert site.sql(f"SELECT count(*) FROM {table}") == [(rows,)], table  # noqa: S608 - names from above
    assert site.sql("SELECT amount_cents, currency, outcome FROM payment") == [(499, "usd", "granted")]


def test_the_readers_cookie_is_signed_in(site: Site) -> None:
    assert "anna@example.org" in site.browser(COOKIES["reader"]).get("/account/").text
    assert site.browser().get("/account/").request.path == "/sign-in/"


def test_everybody_but_the_holder_of_the_pass_sees_the_ad(site: Site) -> None:
    for cookie, shown in {"": True, COOKIES["reader"]: True, COOKIES["holder"]: False}.items():
        assert (LABEL in site.browser(cookie).get(ARTICLE).text) is shown


@pytest.mark.parametrize("path", [ARTICLE, "/articles/medicare-basics/", "/articles/clean-claims.md"])
def test_the_articles_are_served(site: Site, path: str) -> None:
    page = site.browser().get(path)
    assert (page.status_code, page.request.path) == (200, path)
    assert "A claim is clean when nothing is missing." in page.text


def test_an_article_is_found_by_its_words(site: Site) -> None:
    assert ARTICLE in site.browser().get("/search?q=clean").text


def test_the_button_behind_the_unsubscribe_link_unsubscribes(site: Site) -> None:
    browser = site.browser()
    page = browser.get(LINKS["unsubscribe"])
    assert state(site, "cleo@example.org") == "confirmed"
    assert browser.send(page).status_code == 200
    assert state(site, "cleo@example.org") == "left"


def test_a_mail_programs_one_click_unsubscribes(site: Site) -> None:
    client = site.app.test_client()  # RFC 8058: no cookie, no Origin
    sent = {"List-Unsubscribe": "One-Click"}
    answer = client.post(LINKS["unsubscribe"], base_url=HOME["base_url"], data=sent)
    assert answer.status_code == 200
    assert state(site, "cleo@example.org") == "left"


def test_the_confirm_link_confirms(site: Site) -> None:
    browser = site.browser()
    page = browser.get(LINKS["confirm"])
    assert state(site, "dora.not.yet@example.org") == "pending"
    assert browser.send(page).request.path.startswith("/newsletter/preferences/")
    assert state(site, "dora.not.yet@example.org") == "confirmed"


def test_the_preferences_page_opens_and_saves(site: Site) -> None:
    browser = site.browser()
    page = browser.get(LINKS["preferences"])
    assert page.status_code == 200
    assert "c•••@example.org" in page.text
    assert "Saved." in browser.send(page, pace="daily").text
    assert site.sql("SELECT pace FROM subscriber WHERE email = 'cleo@example.org'") == [("daily",)]


def test_links_that_are_mailed_today_are_those_that_were_mailed_then(site: Site) -> None:
    site.browser().post(
        "/subscribe/", {"website": "", "email": "cleo@example.org", "exam": "cpb", "pace": "each"}
    )
    for name in ("preferences", "unsubscribe"):
        assert HOME["base_url"] + LINKS[name] in newest_mail(site)


def test_links_are_signed_for_their_purpose_as_they_were(site: Site) -> None:
    for path, purpose in {LINKS["unsubscribe"]: "newsletter", LINKS["private_feed"]: "private feed"}.items():
        value = re.search(r"/([\w-]+)\.", path)
        assert value
        assert signed(purpose, value[1]) in path
        forged = path.replace(signed(purpose, value[1]), signed("another purpose", value[1]))
        assert site.browser().get(forged).status_code == 404


def test_the_private_feed_answers_without_ads_and_is_still_the_holders(site: Site) -> None:
    feed = site.browser().get(LINKS["private_feed"])
    assert feed.mimetype == "application/rss+xml"
    assert "Clean claims" in feed.text
    assert LABEL not in feed.text
    assert LINKS["private_feed"] in html.unescape(site.browser(COOKIES["holder"]).get("/account/").text)


def test_the_operator_signs_in_with_password_and_app(site: Site) -> None:
    browser = site.browser()
    code = pyotp.TOTP(OPERATOR["app_secret"]).at(LATER)
    page = browser.send(
        browser.get("/admin/sign-in"), email=OPERATOR["email"], password=OPERATOR["password"], code=code
    )
    assert (page.status_code, page.request.path) == (200, "/admin/")
