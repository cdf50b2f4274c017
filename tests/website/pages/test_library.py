"""The reading pages, in every edition."""

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
import time_machine
from flask.testing import FlaskClient

from carrel import clock
from carrel.db import Database
from carrel.page_cache import PageCache, bump_cache_version
from carrel.services import Services
from tests.support.articles import put_article

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
PATHS = ["/", "/exams/cpb/", "/topics/medicare/", "/articles/clean-claims/"]


@pytest.fixture
def library(db: Database) -> None:
    """Three articles to read."""
    with db.write() as session:
        for slug in ("clean-claims", "timely-filing", "appeals"):
            put_article(session, slug=slug, topics=("medicare",))


def test_an_article_shows_what_it_promises(client: FlaskClient, library: None) -> None:
    text = client.get("/articles/clean-claims/").text
    for wanted in (
        "<h1>",
        "Disable ads (and more) with a membership for a one-time $4.99 payment",
        "By the editors",
    ):
        assert wanted in text


@pytest.mark.parametrize("path", PATHS)
def test_decision_5_the_guest_edition_may_be_kept_by_a_shared_cache(
    client: FlaskClient, library: None, path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert "Cookie" in answer.headers["Vary"]
    assert "Set-Cookie" not in answer.headers


def test_a_second_request_is_answered_with_304(client: FlaskClient, library: None) -> None:
    etag = client.get("/articles/clean-claims/").headers["ETag"]
    again = client.get("/articles/clean-claims/", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"


def test_the_zipped_and_the_plain_answer_have_tags_of_their_own(client: FlaskClient, library: None) -> None:
    plain = client.get("/")
    zipped = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert plain.headers["ETag"] != zipped.headers["ETag"]


def test_a_page_is_rendered_once_and_again_when_the_epoch_rises(
    client: FlaskClient, services: Services, library: None
) -> None:
    before = client.get("/articles/clean-claims/").text
    with services.db.write() as session:
        put_article(session, slug="new-arrival", topics=("medicare",))
    assert client.get("/articles/clean-claims/").text == before
    with services.db.write() as session:
        bump_cache_version(session)
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=2)):
        assert "new-arrival" in client.get("/exams/cpb/").text


@pytest.mark.parametrize("path", ["/articles/soon/", "/articles/soon.md"])
def test_con_06_a_scheduled_article_appears_by_the_clock_alone(
    client: FlaskClient, db: Database, path: str
) -> None:
    with db.write() as session:
        put_article(session, slug="soon", published=NOW)
        put_article(session, slug="now")
    everywhere = ["/", "/exams/cpb/", "/sitemap.xml", "/llms.txt", "/search?q=soon"]
    with time_machine.travel(NOW - timedelta(seconds=1), tick=False):
        assert client.get(path).status_code == 404
        assert not [path for path in everywhere if "/articles/soon" in client.get(path).text]
    with time_machine.travel(NOW, tick=False):
        assert client.get(path).status_code == 200
        assert [path for path in everywhere if "/articles/soon" not in client.get(path).text] == []


def test_con_06_an_expired_article_goes_by_the_clock_alone(client: FlaskClient, db: Database) -> None:
    with db.write() as session:
        put_article(session, slug="brief", expires=NOW, first_visible_at=NOW - timedelta(days=1))
        put_article(session, slug="now")
    with time_machine.travel(NOW - timedelta(seconds=1), tick=False):
        assert client.get("/articles/brief/").status_code == 200
    with time_machine.travel(NOW, tick=False):
        assert client.get("/articles/brief/").status_code == 410
        assert "/articles/brief/" not in client.get("/exams/cpb/").text


def test_con_06_a_draft_is_nowhere(client: FlaskClient, db: Database) -> None:
    with db.write() as session:
        put_article(session, slug="half-done", draft=True)
        put_article(session, slug="now")
    assert client.get("/articles/half-done/").status_code == 404
    for path in ("/", "/exams/cpb/", "/sitemap.xml", "/llms.txt", "/search?q=half"):
        assert "half-done" not in client.get(path).text.replace("?q=half", ""), path


@pytest.mark.parametrize(
    "path",
    ["/exams/none/", "/topics/none/", "/articles/none/", "/articles/none.md", "/media/none.webp", "/none"],
)
def test_what_is_not_there_is_404_and_kept_by_nobody(client: FlaskClient, library: None, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Page not found" in answer.text


QUERIES = ["utm_source=mail", "e=pass", "edition=pass", "preview=1"]
HEADERS = ["X-Forwarded-Host", "X-Original-URL", "X-HTTP-Method-Override", "Accept-Language"]


def test_web_05_nothing_unkeyed_changes_a_public_page(
    client: FlaskClient, library: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PageCache, "get", lambda *_: None)  # each answer is rendered for its own request
    with time_machine.travel(clock.now(), tick=False):
        plain = client.get("/articles/clean-claims/")
        for query, header in product(QUERIES, HEADERS):
            odd = client.get(f"/articles/clean-claims/?{query}", headers={header: "evil.test"})
            assert (odd.status_code, odd.data) == (200, plain.data), (query, header)


def test_asvs_1_2_3_a_title_cannot_end_the_structured_data(client: FlaskClient, db: Database) -> None:
    title = "</script><script>alert(1)</script> \u2028 & more"
    with db.write() as session:
        put_article(session, slug="hostile", title=title)
    text = client.get("/articles/hostile/").text
    assert "<script>alert" not in text
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', text)
    assert data
    assert json.loads(data[1])[0]["headline"] == title


def test_the_markdown_twin_is_plain_and_the_same_for_everybody(client: FlaskClient, library: None) -> None:
    answer = client.get("/articles/clean-claims.md")
    assert answer.mimetype == "text/markdown"
    assert answer.text.startswith("# ")
    assert "Advertisement" not in answer.text


@pytest.mark.parametrize(("minutes", "words"), [(1, "1 minute"), (119, "119 minutes"), (10_635, "177 hours")])
def test_the_time_of_a_whole_exam_is_one_that_people_grasp(
    client: FlaskClient, db: Database, minutes: int, words: str
) -> None:
    with db.write() as session:
        put_article(session, slug="appeals", reading_minutes=minutes)
    assert f"<span>{words} in all</span>" in client.get("/exams/cpb/").text
