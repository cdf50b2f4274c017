"""A script that runs on a page of ours asks every address, in every way that it has. What a browser says of its
requests (https://www.w3.org/TR/fetch-metadata/) is as Chromium sends it; tests/security/test_network_script.py has it
send them.
"""

import functools
import re
from http import HTTPStatus
from typing import NamedTuple

import pytest
from flask import Flask

from carrel.http import guards
from carrel.http.fetch_metadata import PUBLIC, TABLE
from tests.support.browser import forms_of
from tests.support.operators import signed_in

pytestmark = pytest.mark.own_app

TOKEN = "x" * 43
# Whoever asks may have them: the same for all, or the token in their address is the key.
OPEN_TO_ALL = re.compile(
    r"/|/(about|contact|privacy|terms)/|/(articles|exams|topics)/[^/]+(/|\.md)"
    r"|/newsletter/archive/(1/)?|/feeds/x+\.xml|(/(exams|topics)/[^/]+)?/(feed\.xml|atom\.xml|feed\.json)"
    r"|/(ads|llms|robots)\.txt|/\.well-known/(gpc\.json|security\.txt)|/sitemap(-pages|-\d+)?\.xml"
    r"|/static/.+|/media/.+|/cards/.+|/authors/x+/|/series/x+/|/favicon\.ico|/healthz|/readyz|/metrics"
    r"|/study/(x+/((glossary|cards/x+)/|anki\.txt)?|device|worker\.js|items/.+\.json)"
    r"|/webhooks/stripe/?|/webhooks/bounces/x+/?"
)
BY_SCRIPTS_OF_OURS = re.compile(r"/seen|/study/log|/admin/passkeys/(sign-in|again|add)/challenge")
FETCHED = [
    {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": "empty"}
    for mode in ("cors", "same-origin", "no-cors")
]
FRAMED = [
    {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": destination}
    for destination in ("iframe", "frame", "object", "embed", "fencedframe")
]
LOADED = [
    {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": destination}
    for destination in ("script", "style", "image", "video", "track", "manifest", "worker", "serviceworker")
]


def opened(site: str) -> dict[str, str]:
    """By a person, in a tab; where they came from."""
    return {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


class Route(NamedTuple):
    """An address, and how it is asked."""

    path: str
    method: str

    @property
    def is_safe(self) -> bool:
        """Whether it changes nothing."""
        return self.method in {"GET", "HEAD"}

    @property
    def is_at_the_desk(self) -> bool:
        """Whether it is the operators'."""
        return self.path.startswith("/admin/")

    @property
    def is_anybodys(self) -> bool:
        """Whether it is to be read by all, or sent with a proof of its own."""
        is_one_click = self.method == "POST" and self.path.startswith("/newsletter/unsubscribe/")
        is_set = self.is_safe and bool(
            re.fullmatch(r"/study/x+/practice", self.path)
        )  # its answers are a form
        return bool(OPEN_TO_ALL.fullmatch(self.path)) or is_one_click or is_set

    @property
    def is_for_our_scripts(self) -> bool:
        """Whether a script of ours asks for it."""
        return self.method == "POST" and bool(BY_SCRIPTS_OF_OURS.fullmatch(self.path))


def sample(part: re.Match[str]) -> str:
    """What may stand where a route has a part that varies; the first of a choice."""
    kind, choices = part[1], re.findall(r'"([^"]+)"', part[2] or "")
    return choices[0] if choices else {"int": "1", "path": "x.css"}.get(kind, TOKEN)


def routes(app: Flask) -> list[Route]:
    """Every address of both apps with every method."""
    part = re.compile(r"<(?:(\w+)(\([^>]*\))?:)?\w+>")
    return [
        Route(prefix + part.sub(sample, rule.rule), method)
        for prefix, each in (("", app), ("/admin", app.extensions["admin"]))
        for rule in each.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"OPTIONS"})
    ]


class Owner:
    """An owner's browser, with the right token for every form. All views answer the same: the guards decide."""

    def __init__(self, app: Flask) -> None:
        self.routes = routes(app)
        self._client = signed_in(app).client
        pages = {True: "/admin/", False: "/sign-in/"}
        self._tokens = {
            is_desk: forms_of(self._client.get(path))[0].fields["csrf_token"]
            for is_desk, path in pages.items()
        }
        for each in (app, app.extensions["admin"]):
            for endpoint, view in each.view_functions.items():
                each.view_functions[endpoint] = functools.wraps(view)(lambda **_: "answered")

    def answered(self, *sent: dict[str, str]) -> set[Route]:
        """The routes that answer a request with any of these headers."""
        return {
            each for each in self.routes for headers in sent if self._status(each, headers) == HTTPStatus.OK
        }

    def _status(self, route: Route, headers: dict[str, str]) -> int:
        data = None if route.is_safe else {"csrf_token": self._tokens[route.is_at_the_desk]}
        answer = self._client.open(route.path, method=route.method, headers=headers, data=data)
        assert answer.status_code in {HTTPStatus.OK, HTTPStatus.FORBIDDEN}, route
        return answer.status_code


@pytest.fixture
def owner(app: Flask) -> Owner:
    """She is signed in at the desk, and every route of today is known to her browser."""
    return Owner(app)


@pytest.mark.sweep
def test_a_networks_script_wants_to_read_what_is_not_public(owner: Owner) -> None:
    answered = owner.answered(*FETCHED)
    assert answered == {each for each in owner.routes if each.is_anybodys or each.is_for_our_scripts}


@pytest.mark.sweep
def test_it_wants_it_in_a_frame_or_as_part_of_its_page(owner: Owner) -> None:
    assert owner.answered(*FRAMED, *LOADED) == {each for each in owner.routes if each.is_anybodys}


@pytest.mark.sweep
def test_it_wants_a_form_of_the_desks_to_count(owner: Owner) -> None:
    """From another host of the same site, which the desk's cookies do not keep out."""
    for site in ("same-site", "cross-site", "none"):
        unsafe = {each for each in owner.answered(opened(site)) if not each.is_safe}
        assert unsafe == {each for each in owner.routes if each.is_anybodys and not each.is_safe}


@pytest.mark.sweep
def test_another_site_wants_to_open_the_desk_somewhere_inside(owner: Owner) -> None:
    for site in ("same-site", "cross-site"):
        at_the_desk = {each for each in owner.answered(opened(site)) if each.is_at_the_desk}
        first = {"/admin/", "/admin/sign-in", "/admin/set-up/link", f"/admin/set-up/{TOKEN}"}
        assert {each.path for each in at_the_desk} == first
        assert all(each.is_safe for each in at_the_desk)


@pytest.mark.sweep
def test_a_reader_comes_to_every_page_from_a_mail_a_bookmark_or_another_site(owner: Owner) -> None:
    pages = {each for each in owner.routes if each.is_safe and not each.is_at_the_desk}
    assert Route("/account/", "GET") in pages
    for site in ("none", "cross-site", "same-site", "same-origin"):
        assert pages <= owner.answered(opened(site))


@pytest.mark.sweep
def test_people_use_everything_that_our_pages_have(owner: Owner) -> None:
    by_hand = {each for each in owner.routes if not each.is_for_our_scripts}
    assert owner.answered(opened("same-origin")) >= by_hand
    assert {each for each in owner.answered(opened("none")) if each.is_safe} == {
        each for each in owner.routes if each.is_safe
    }


@pytest.mark.sweep
def test_a_browser_that_says_nothing_goes_on_working(owner: Owner) -> None:
    """Before 2023 Safari sent no such header, and programs never do. Its Origin is looked at, as ever."""
    assert owner.answered({}) == set(owner.routes)
    assert {each for each in owner.answered({"Origin": "https://evil.test"}) if not each.is_safe} == {
        each for each in owner.routes if each.is_anybodys and not each.is_safe
    }


@pytest.mark.sweep
def test_a_header_that_a_proxy_keeps_to_itself_is_not_missed(owner: Owner) -> None:
    """The nginx.conf of earlier releases took one of the three away."""
    opened_there = opened("same-origin") | {"Sec-Fetch-Dest": ""}
    assert {each for each in owner.routes if each.is_safe} <= owner.answered(opened_there)
    fetched = {name: value for name, value in FETCHED[0].items() if name != "Sec-Fetch-Dest"}
    assert Route("/account/", "GET") not in owner.answered(fetched)


def test_the_table_names_views_that_are_there(app: Flask) -> None:
    there = {*app.view_functions, *app.extensions["admin"].view_functions}
    assert set(TABLE) - there == {"csp.report"}
    assert not set(app.view_functions) & set(app.extensions["admin"].view_functions)


def test_what_others_send_is_exempt_in_both_lists(app: Flask) -> None:
    sent = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or set())}
    assert {name for name in {*sent, "csp.report"} if TABLE.get(name) is PUBLIC} == guards.ORIGIN_EXEMPT
