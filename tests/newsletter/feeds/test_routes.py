"""The feeds at their addresses."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

import feedparser
import pytest
import time_machine
from flask.testing import FlaskClient

from carrel.accounts.models import Reader
from carrel.ads.models import HouseAd
from carrel.page_cache import bump_cache_version
from carrel.services import Services
from newsletter.feeds import private_feed
from tests.support.articles import put_article
from tests.support.newsletter import put_reader

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FOLDERS = ["/", "/exams/cpb/", "/topics/medicare/"]
TYPES = {
    "feed.xml": "application/rss+xml",
    "atom.xml": "application/atom+xml",
    "feed.json": "application/feed+json",
}


@pytest.fixture(autouse=True)
def library(services: Services) -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        with services.db.write() as session:
            put_article(session, "a", topics=("medicare",), first_visible_at=NOON - DAY)
            session.add(
                HouseAd(name="books", title="Good books", url="https://shop.example/", created_at=NOON)
            )
        yield


def publish(services: Services, slug: str) -> None:
    with services.db.write() as session:
        put_article(session, slug)
        bump_cache_version(session)


def test_every_feed_is_there_in_three_formats(client: FlaskClient) -> None:
    for folder, name in product(FOLDERS, TYPES):
        answer = client.get(folder + name)
        assert (answer.status_code, answer.mimetype) == (200, TYPES[name]), folder
        assert f"https://carrel.test{folder}{name}" in answer.text
        assert "https://carrel.test/articles/a/" in answer.text, (folder, name)
        assert "Advertisement" in answer.text, (folder, name)


@pytest.mark.parametrize(
    "path", ["/exams/none/feed.xml", "/topics/none/atom.xml", "/exams/cpb/x.xml", "/feeds/x.xml"]
)
def test_there_is_no_feed_of_anything_else(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_pages_lead_to_their_feeds(client: FlaskClient, folder: str) -> None:
    page = client.get(folder).text
    for name, media_type in TYPES.items():
        assert f'<link rel="alternate" type="{media_type}" ' in page
        assert f'href="{folder}{name}"' in page


def test_feedparser_reads_what_is_served(client: FlaskClient) -> None:
    for name in ("feed.xml", "atom.xml"):
        answer = client.get(f"/{name}")
        read = feedparser.parse(
            answer.data, response_headers={"content-type": answer.headers["Content-Type"]}
        )
        assert not read.bozo, read.get("bozo_exception")
        assert [entry.link for entry in read.entries] == ["https://carrel.test/articles/a/"]


def test_a_reader_that_has_the_newest_is_told_so_by_its_etag(client: FlaskClient) -> None:
    first = client.get("/feed.xml")
    again = client.get("/feed.xml", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert (
        first.headers["Cache-Control"] == again.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"
    )


def test_last_modified_is_the_truth_and_brings_a_304(
    client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(services, "b")
    first = client.get("/feed.xml")
    assert first.last_modified == NOON
    assert (
        client.get("/feed.xml", headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code
        == 304
    )
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        assert client.get("/feed.xml").last_modified == NOON
        publish(services, "c")
        monkeypatch.setattr("carrel.page_cache.time.monotonic", lambda: float("inf"))  # it is asked for anew
        later = client.get("/feed.xml", headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert (later.status_code, later.last_modified) == (200, NOON + timedelta(hours=1))


def test_what_is_scheduled_appears_in_a_kept_feed_when_its_time_has_come(
    client: FlaskClient, services: Services
) -> None:
    with services.db.write() as session:
        put_article(session, "later", published=NOON + DAY, first_visible_at=NOON + DAY)
    assert "/articles/later/" not in client.get("/feed.xml").text
    with time_machine.travel(NOON + DAY, tick=False):
        assert "/articles/later/" in client.get("/feed.xml").text


def test_a_person_in_a_browser_gets_a_type_that_browsers_show(client: FlaskClient) -> None:
    answer = client.get("/feed.xml", headers={"Sec-Fetch-Dest": "document"})
    assert answer.mimetype == "application/xml"
    assert "Sec-Fetch-Dest" in answer.vary
    assert answer.data == client.get("/feed.xml").data


def test_nobody_gets_a_cookie_or_an_edition_of_their_own_from_a_feed(client: FlaskClient) -> None:
    plain = client.get("/feed.xml")
    client.set_cookie("__Host-carrel_session", "anything", domain="carrel.test", secure=True)
    assert client.get("/feed.xml").data == plain.data
    assert "Set-Cookie" not in plain.headers


@pytest.fixture
def private_path(services: Services) -> str:
    with services.db.write() as session:
        holder = put_reader(session, ad_free=True)
        private_feed.renew(session, services.settings, holder)
        address = private_feed.url(session, services.settings, services.signer, holder.id)
    assert address
    return address.removeprefix("https://carrel.test")


def test_the_private_feed_has_everything_but_ads(client: FlaskClient, private_path: str) -> None:
    answer = client.get(private_path)
    assert (answer.status_code, answer.mimetype) == (200, "application/rss+xml")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "https://carrel.test/articles/a/" in answer.text
    assert "Advertisement" not in answer.text
    assert private_path not in answer.text


def test_the_private_feed_answers_304_and_then_404_after_a_refund(
    client: FlaskClient, services: Services, private_path: str
) -> None:
    first = client.get(private_path)
    same = {"If-None-Match": first.headers["ETag"]}
    assert client.get(private_path, headers=same).status_code == 304
    with services.db.write() as session:
        for reader in session.query(Reader):
            reader.ad_free = False
    refused = client.get(private_path, headers=same)
    assert (refused.status_code, refused.headers["Cache-Control"]) == (404, "private, no-store")
