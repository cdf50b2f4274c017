"""The page about this browser, its worker and the files of items: the same for everybody, and light."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from carrel.accounts import current_reader
from carrel.http import cookies
from carrel.services import Services
from tests.support.accounts import make_reader, make_session
from tests.support.articles import put_article
from tests.website.study.study_rows import put_item
from website.study.device_routes import render_device

JS = Path(__file__).parents[3] / "site" / "website" / "static" / "js"
DEVICE, CURRENT, ITEMS = (
    "/study/device",
    "/study/items/cpb.json",
    re.compile(r"/study/items/cpb-[0-9a-f]{12}\.json"),
)


@pytest.fixture
def exam(services: Services) -> None:
    """One with a question."""
    with services.db.write() as session:
        put_item(session)


def zipped(*names: str) -> int:
    return sum(len(gzip.compress((JS / f"{name}.js").read_bytes(), 9, mtime=0)) for name in names)


@pytest.mark.parametrize("ad_free", [False, True])
def test_the_page_is_the_same_for_who_is_signed_in_and_who_is_not(
    app: Flask, services: Services, ad_free: bool
) -> None:
    token = make_session(services.db, make_reader(services.db, ad_free=ad_free))
    cookie = {"HTTP_COOKIE": f"{cookies.SESSION.name(services.settings)}={token}"}
    with app.test_request_context(DEVICE, base_url="https://carrel.test"):
        for_guest = render_device()[0]
    with app.test_request_context(DEVICE, base_url="https://carrel.test", environ_overrides=cookie):
        assert current_reader.audience() == ("pass" if ad_free else "reader")
        assert render_device()[0] == for_guest
    assert 'name="csrf_token"' not in for_guest
    assert "slot" not in for_guest


def test_it_is_kept_as_a_page_for_guests(client: FlaskClient) -> None:
    assert client.get(DEVICE).headers["Cache-Control"] == "public, max-age=0, s-maxage=60"


def test_the_page_says_what_it_needs_and_what_helps_without(client: FlaskClient) -> None:
    noscript = re.search(r"<noscript>.*</noscript>", client.get(DEVICE).text)
    assert noscript
    assert "needs JavaScript" in noscript[0]
    assert 'href="/sign-in/?next=/study/today"' in noscript[0]


def test_the_worker_answers_for_the_study_pages_alone(client: FlaskClient) -> None:
    worker = client.get("/study/worker.js")
    assert worker.mimetype == "text/javascript"
    assert worker.headers["Cache-Control"] == "public, max-age=0, no-cache"
    assert "Service-Worker-Allowed" not in worker.headers


@pytest.mark.parametrize("path", ["/", "/study/device"])
def test_a_page_may_start_our_own_worker_and_no_others(client: FlaskClient, path: str) -> None:
    assert "worker-src 'self';" in client.get(path).headers["Content-Security-Policy"]


@pytest.mark.usefixtures("exam")
def test_items_are_kept_for_good_under_an_address_that_changes(client: FlaskClient) -> None:
    where = client.get(CURRENT)
    assert where.status_code == 302
    assert where.headers["Cache-Control"] == "public, max-age=0, no-cache"
    assert ITEMS.fullmatch(where.headers["Location"])
    items = client.get(where.headers["Location"])
    assert items.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert items.headers["Vary"] == "Accept-Encoding"
    assert items.json is not None
    assert [item["key"] for item in items.json["items"]] == ["panel"]
    again = client.get(where.headers["Location"], headers={"If-None-Match": items.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.usefixtures("exam")
def test_under_the_address_of_an_older_file_there_is_the_one_of_now_and_not_for_good(
    client: FlaskClient,
) -> None:
    answer = client.get("/study/items/cpb-000000000000.json")
    assert answer.text == client.get(client.get(CURRENT).headers["Location"]).text
    assert answer.headers["Cache-Control"] == "public, max-age=0, no-cache"


def test_of_an_exam_that_is_not_there_there_are_no_items(client: FlaskClient) -> None:
    for path in ("/study/items/nothing.json", "/study/items/nothing-000000000000.json"):
        assert client.get(path).status_code == 404


def test_budget_an_article_without_items_has_nothing_of_studying(
    client: FlaskClient, services: Services
) -> None:
    with services.db.write() as session:
        put_article(session, "plain")
    assert re.findall(r"(?:js|css)/study|read-mark|/study/", client.get("/articles/plain/").text) == []


def test_budget_the_scripts_are_small() -> None:
    assert zipped("study", "study-store") <= 6 * 1024
    assert zipped("study-device", "study-account", "memory") <= 7 * 1024
    assert zipped("study-worker") <= 1.5 * 1024
    assert zipped("study-read") <= 0.7 * 1024
