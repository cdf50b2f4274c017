"""Every route at once: what may be kept, what changes nothing, what is guarded."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from carrel.http import guards
from tests.contract.today import HOME, LATER, Site, Visitor, open_home
from tests.support.state import dump

COOKIES, OPERATOR = HOME["cookies"], HOME["operator"]

# Each converter's sample leads nowhere: a page must be as harmless for an unknown thing as for a known one.
SAMPLES = {
    "exam": "cpb",
    "topic": "claims",
    "slug": "first-steps",
    "token": "t" * 43,
    "path": "x.css",
    "file": "feed.xml",
}
# The pages that may be kept by others than the browser, in their guest edition. A new one is a decision.
KEPT = {
    "pages.home",
    "pages.exam",
    "pages.topic",
    "pages.article",
    "pages.article_markdown",
    "plain.page",
    "machines.sitemap",
    "machines.sitemap_of_pages",
    "machines.sitemap_of_articles",
    "machines.llms",
    "machines.robots",
    "machines.security",
    "media.media",
    "assets.asset",
    "assets.favicon",
    "lists.series",
    "lists.author",
    "cards.card",
    "cards.home_card",
    "practice.hub",
    "practice.page",
}
KEPT_PREFIXES = ("device.", "feeds.", "ads.", "privacy.", "digests.")


def rules(app: Flask, method: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or set())]


def address(rule: Rule, samples: Mapping[str, str] = SAMPLES) -> str:
    built = rule.build({name: samples.get(name, "1") for name in rule.arguments}, append_unknown=False)
    assert built is not None
    return built[1]


FILLED = SAMPLES | {
    "topic": "medicare",
    "slug": "clean-claims",
}  # as the kept home of tests/contract has them


def paths_of(site: Site) -> list[str]:
    """Every page of readers and operators, with the links that were mailed to people of the kept home."""
    readers = [address(rule, FILLED) for rule in rules(site.app, "GET")]
    operators = [f"/admin{address(rule, FILLED)}" for rule in rules(site.admin, "GET")]
    return [*readers, *operators, *HOME["links"].values()]


def operator_of(site: Site) -> Visitor:
    """The owner of the kept home, signed in."""
    browser = site.browser()
    code = pyotp.TOTP(OPERATOR["app_secret"]).at(LATER)
    fields = {"email": OPERATOR["email"], "password": OPERATOR["password"], "code": code}
    browser.send(browser.get("/admin/sign-in"), **fields)
    return browser


@pytest.mark.sweep
def test_n6_no_get_and_no_head_changes_a_row(tmp_path: Path) -> None:
    with open_home(tmp_path) as site:
        people = [
            site.browser(),
            *map(site.browser, (COOKIES["reader"], COOKIES["holder"])),
            operator_of(site),
        ]
        before, seen = dump(site.services.db), set()
        for person, path in product(people, paths_of(site)):
            seen |= {path} if person.get(path).status_code == 200 else set()
            person.head(path)
        assert dump(site.services.db) == before
    assert {"/", "/account/", "/articles/clean-claims/", "/admin/", *HOME["links"].values()} <= seen
    assert len(seen) > 3 * len(paths_of(site)) / 4, "most pages were not there, so little was tried"


def test_web_01_nothing_is_kept_that_has_not_been_declared(app: Flask, client: FlaskClient) -> None:
    for rule in rules(app, "GET"):
        answer = client.get(address(rule))
        kept = answer.headers["Cache-Control"] != "private, no-store"
        declared = rule.endpoint in KEPT or rule.endpoint.startswith(KEPT_PREFIXES)
        assert declared or not kept, rule.endpoint
        assert not (kept and "Set-Cookie" in answer.headers), rule.endpoint


def test_auth_12_every_unsafe_route_refuses_a_form_from_elsewhere(app: Flask, client: FlaskClient) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for rule in rules(app, method):
            if rule.endpoint in guards.ORIGIN_EXEMPT:
                continue
            answer = client.open(address(rule), method=method, headers={"Origin": "https://evil.test"})
            assert answer.status_code == 403, rule.endpoint


def test_auth_12_every_form_on_a_private_page_needs_its_token(app: Flask, client: FlaskClient) -> None:
    for rule in rules(app, "POST"):
        if rule.endpoint in guards.ORIGIN_EXEMPT | guards.TOKEN_EXEMPT:
            continue
        assert client.post(address(rule)).status_code == 403, rule.endpoint


PRIVATE = ["/account/", "/sign-in/", "/pass/thanks", "/me"]
SUFFIXES = ["x.css", ";x.css", "%2fx.css", "%00.css", ".rss", "..%2f..%2fx"]


def test_web_04_a_private_page_has_no_second_address(client: FlaskClient) -> None:
    for path, suffix in product(PRIVATE, SUFFIXES):
        answer = client.get(path.rstrip("/") + "/" + suffix)
        assert answer.status_code in {400, 404}, (path, suffix)
        assert answer.headers["Cache-Control"] == "private, no-store", (path, suffix)
