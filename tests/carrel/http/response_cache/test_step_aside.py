"""What the response cache does not know for certain, it leaves to Flask; each rule by itself."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from carrel.http.response_cache import ResponseCache
from carrel.http.response_cache.request_key import RequestReader
from carrel.settings import Settings
from tests.carrel.http.response_cache.conftest import COOKIE, HOST, Site, ask

PAGE = "/articles/clean-claims/"
TOKEN = "x" * 43


def test_the_same_request_again_is_answered_without_flask(site: Site) -> None:
    assert not site.asks_flask(PAGE)


@pytest.mark.parametrize(
    "odd",
    [
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": HOST.upper()},
        {"HTTP_HOST": f"{HOST}:443"},
        {"SCRIPT_NAME": "/x"},
        {"CONTENT_LENGTH": "5"},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {"HTTP_RANGE": "bytes=0-9"},
        {"HTTP_IF_RANGE": '"x"'},
        {"HTTP_IF_MATCH": '"x"'},
        {"HTTP_IF_MODIFIED_SINCE": "Sat, 28 Nov 2026 00:00:00 GMT"},
        {"HTTP_IF_NONE_MATCH": "*"},
        {"HTTP_IF_NONE_MATCH": '"x", "y"'},
        {"HTTP_ACCEPT_ENCODING": "gzip" + " " * 200},
        {"HTTP_COOKIE": f"{COOKIE}={TOKEN}; {COOKIE}={TOKEN}"},
        {"HTTP_COOKIE": f'x="a; {COOKIE}={TOKEN}"'},
        {"HTTP_COOKIE": f"a=1;{COOKIE}={TOKEN}"},
        {"HTTP_COOKIE": f"{COOKIE}=short"},
    ],
)
def test_a_request_with_something_odd_is_left_to_flask(site: Site, odd: dict[str, str]) -> None:
    assert site.asks_flask(PAGE, **odd)


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "get", "PURGE"])
def test_another_method_is_left_to_flask(site: Site, method: str) -> None:
    assert site.asks_flask(PAGE, method)


@pytest.mark.parametrize("query", ["utm_source=mail", "page=2", "page=02", "page=2&x=1", "x", "set=2"])
def test_a_query_that_names_no_page_of_a_list_is_left_to_flask(site: Site, query: str) -> None:
    assert site.asks_flask(PAGE, query=query)


def test_a_query_has_a_key_only_if_it_can_name_a_page_of_a_list_or_a_set_to_practice(
    settings: Settings,
) -> None:
    plain = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": HOST}
    named = ["", "page=2", "set=63", "domain=claims", "topic=clean-claims&set=1"]
    queries = [
        *named,
        "page=02",
        "page=2&x=1",
        "utm_source=mail",
        "set=0",
        "set=1&domain=claims",
        "domain=a&topic=b",
        "domain=",
    ]
    reader = RequestReader(settings)
    keyed = [query for query in queries if reader.read(plain | {"QUERY_STRING": query})]
    assert keyed == named


def test_a_host_that_flask_reads_in_two_ways_is_never_answered_here(settings: Settings) -> None:
    reader = RequestReader(settings.model_copy(update={"base_url": f"https://{HOST}:443"}))
    assert reader.read({"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": f"{HOST}:443"}) is None


def test_a_private_feed_is_asked_of_flask_each_time_as_its_token_may_be_revoked(site: Site) -> None:
    assert site.asks_flask(f"/feeds/{TOKEN}.xml", **site.cookie("holder"))


def altered(site: Site, *more: tuple[str, str], status: str = "") -> ResponseCache:
    """The cache before an app that says something besides what Flask says."""

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(said: str, headers: list[tuple[str, str]], *failure: Any) -> Any:
            return start_response(status or said, [*headers, *more], *failure)

        site.asked.append(environ["PATH_INFO"])
        return site.flask(environ, start)

    return ResponseCache(app, site.services)


@pytest.mark.parametrize(
    "more", [("Set-Cookie", "a=1"), ("Vary", "Accept-Language"), ("ETag", ""), ("Vary", "*")]
)
def test_an_answer_that_may_differ_next_time_is_not_kept(site: Site, more: tuple[str, str]) -> None:
    site.cache = altered(site, more)
    assert site.asks_flask(PAGE)


def test_only_whole_and_unchanged_pages_are_kept(site: Site) -> None:
    site.cache = altered(site, status="206 PARTIAL CONTENT")
    assert site.asks_flask(PAGE)


def test_a_page_that_a_view_guards_is_asked_of_its_view(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carrel.http.fetch_metadata.TABLE", {})
    assert site.asks_flask(PAGE)


def test_a_redirect_an_error_and_a_personal_page_are_not_kept(site: Site) -> None:
    for path in ("/articles/clean-claims", "/no-such-page", "/me", "/search"):
        assert site.asks_flask(path), path


def test_every_answer_has_an_id_of_its_own_and_a_proxys_is_kept(site: Site) -> None:
    ids = {ask(site.cache, PAGE).request_id for _ in range(5)}
    assert len(ids) == 5
    sent = "0123456789abcdef" * 2
    assert ask(site.cache, PAGE, HTTP_X_REQUEST_ID=sent).request_id != sent, (
        "no proxy is set: a visitor said it"
    )
    settings = site.services.settings.model_copy(update={"proxies": 1})
    behind = ResponseCache(site.flask, replace(site.services, settings=settings))
    ask(behind, PAGE)
    assert ask(behind, PAGE, HTTP_X_REQUEST_ID=sent).request_id == sent
    assert ask(behind, PAGE, HTTP_X_REQUEST_ID="mine").request_id != "mine"
