"""The newsletter and the private feed on the account page."""

import re

import pytest
from flask import Flask

from carrel.services import Services
from tests.support.accounts import ANNA, make_reader, make_session
from tests.support.browser import Browser, forms_of
from tests.support.newsletter import put_subscriber

pytestmark = pytest.mark.both_databases

FEED = re.compile(r'value="https://carrel\.test(/feeds/[^"]+\.xml)"')


def enter(services: Services, browser: Browser, *, ad_free: bool) -> None:
    token = make_session(services.db, make_reader(services.db, ANNA, ad_free=ad_free), proven=True)
    browser.client.set_cookie("__Host-carrel_session", token, domain="carrel.test", secure=True)


def press(browser: Browser, act: str) -> str:
    page = browser.get("/account/")
    number = next(n for n, form in enumerate(forms_of(page)) if form.action == "/account/private-feed")
    return browser.send(page, number, act=act).text


def feed_in(page: str) -> str:
    match = FEED.search(page)
    assert match
    return match[1]


def test_a_holder_makes_renews_and_takes_away_the_private_feed(
    anna: Browser, stranger: Browser, services: Services
) -> None:
    enter(services, anna, ad_free=True)
    first = feed_in(press(anna, "renew"))
    assert stranger.get(first).status_code == 200
    second = feed_in(press(anna, "renew"))
    assert (stranger.get(first).status_code, stranger.get(second).status_code) == (404, 200)
    assert "Create my feed" in press(anna, "revoke")
    assert stranger.get(second).status_code == 404


def test_who_has_no_pass_is_offered_no_feed_and_cannot_make_one(anna: Browser, services: Services) -> None:
    enter(services, anna, ad_free=False)
    page = anna.get("/account/")
    assert "/account/private-feed" not in page.text
    refused = anna.post("/account/private-feed", {**forms_of(page)[-1].fields, "act": "renew"})
    assert refused.status_code == 403
    assert "is part of the pass" in refused.text


def test_a_guest_is_sent_to_sign_in(app: Flask, stranger: Browser) -> None:
    token = forms_of(stranger.get("/sign-in/"))[0].fields["csrf_token"]
    assert stranger.post("/account/private-feed", {"csrf_token": token}).request.path == "/sign-in/"


@pytest.mark.parametrize("subscribed", [True, False])
def test_a_subscriber_finds_the_way_to_their_choices(
    anna: Browser, services: Services, subscribed: bool
) -> None:
    enter(services, anna, ad_free=False)
    if subscribed:
        with services.db.write() as session:
            put_subscriber(session, ANNA, frequency="monthly")
    page = anna.get("/account/").text
    assert ("/newsletter/preferences/" in page) is subscribed
    assert ("once a month" in page) is subscribed


def test_the_form_knows_the_address_of_who_is_signed_in(
    anna: Browser, stranger: Browser, services: Services
) -> None:
    enter(services, anna, ad_free=False)
    assert f'value="{ANNA}"' in anna.get("/subscribe/").text
    assert ANNA not in stranger.get("/subscribe/").text
