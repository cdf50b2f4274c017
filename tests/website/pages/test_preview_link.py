"""The page of a preview link, and that nothing else shows what it shows."""

import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from articles import preview_links
from articles.models import Article
from articles.offline import copies
from carrel import clock
from carrel.ads.samples import seed_demo_ads
from carrel.db import Database
from carrel.services import Services
from newsletter.issues.preview import preview
from newsletter.subscribers.models import Frequency
from tests.support.articles import put_article
from tests.support.newsletter import put_subscriber

WORD, TITLE = "quokka", "Zyzzyva rules"
SURFACES = (
    "/", "/exams/cpb/", "/topics/medicare/", f"/search?q={WORD}", "/search?q=zyzzyva", "/articles/clean-claims/",
    "/articles/clean-claims.md", "/feed.xml", "/atom.xml", "/feed.json", "/exams/cpb/feed.xml", "/topics/medicare/atom.xml",
    "/sitemap.xml", "/robots.txt", "/llms.txt", "/newsletter/archive/", "/subscribe/", "/articles/secret/", "/articles/secret.md",
    "/articles/old-secret/",
)  # fmt: skip


def put_library(db: Database, **columns: Any) -> Article:
    with db.write() as session:
        put_article(session, "clean-claims", topics=("medicare",), position=1)
        put_article(session, "timely-filing", topics=("medicare",), position=3)
        return put_article(
            session, "secret", title=TITLE, text=f"A {WORD} is about claims that are clean.", topics=("medicare",),
            position=2, **({"draft": True} | columns),
        )  # fmt: skip


def path_of(services: Services, article: Article, days: int = 7) -> str:
    return preview_links.path_of(services.signer, article, preview_links.until(clock.now(), days))


@pytest.fixture
def path(db: Database, services: Services) -> str:
    return path_of(services, put_library(db))


def test_whoever_has_the_link_reads_the_draft(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert WORD in page.text
    assert "This is a draft" in page.text
    assert "This link works until" in page.text


def test_no_cache_keeps_it_no_search_engine_lists_it_and_no_address_leaves_it(
    client: FlaskClient, path: str
) -> None:
    page = client.get(path)
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["X-Robots-Tag"].startswith("noindex")
    assert '<meta name="robots" content="noindex' in page.text
    assert page.headers["Referrer-Policy"] == "origin"
    assert "Set-Cookie" not in page.headers
    for absent in ("canonical", "ld+json", "og:url", 'rel="alternate"', "/articles/secret", path):
        assert absent not in page.text


def test_it_carries_no_ad_and_no_offer(
    client: FlaskClient, db: Database, services: Services, path: str
) -> None:
    with db.write() as session:
        seed_demo_ads(session, services.settings)
    page = client.get(path).text
    for absent in ("Sample", "seen.", 'class="slot', "Disable ads"):
        assert absent not in page
    assert "Sample" in client.get("/articles/clean-claims/").text


def test_a_link_that_is_over_says_so(client: FlaskClient, db: Database, services: Services) -> None:
    article = put_library(db)
    path = preview_links.path_of(services.signer, article, clock.now() - timedelta(seconds=1))
    page = client.get(path)
    assert page.status_code == 410
    assert "This preview link no longer works" in page.text
    assert WORD not in page.text
    assert client.get(path_of(services, article)[:-1]).status_code == 404


def test_after_publication_it_leads_to_the_article(
    client: FlaskClient, db: Database, services: Services
) -> None:
    path = path_of(services, put_library(db, draft=False))
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/articles/secret/")
    assert answer.headers["Referrer-Policy"] == "origin"


def test_opening_it_uses_nothing_up_and_changes_nothing(client: FlaskClient, path: str) -> None:
    assert [client.get(path).status_code for _time in range(3)] == [200, 200, 200]
    assert client.head(path).status_code == 200
    assert client.post(path).status_code in {403, 405}


@pytest.mark.sweep
@pytest.mark.parametrize(
    "hidden", [{"draft": True}, {"draft": False, "published": clock.now() + timedelta(days=9)}]
)
def test_con_06_nothing_else_shows_it_also_after_it_was_read(
    client: FlaskClient, db: Database, services: Services, hidden: dict[str, object]
) -> None:
    path = path_of(services, put_library(db, **hidden))
    assert client.get(path).status_code == 200
    for surface in SURFACES:
        text = client.get(surface).text
        assert WORD not in text or surface.startswith("/search"), surface  # it says what was searched for
        assert TITLE not in text, surface
        assert "/articles/secret" not in text, surface


def test_con_06_no_digest_and_no_offline_copy_has_it(db: Database, services: Services) -> None:
    put_library(db)
    with db.write() as session:
        put_subscriber(session, "anna@example.org")
    with db.read() as session:
        mails = [
            str(preview(session, services.settings, services.signer, frequency, clock.now()))
            for frequency in Frequency
        ]
    assert not any(TITLE in mail or WORD in mail for mail in mails)
    while copies.run_step(services):
        pass
    (book,) = (services.settings.home / copies.FOLDER).glob("*.epub")
    with zipfile.ZipFile(book) as archive:
        text = "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    assert "article-clean-claims" in text
    assert not {TITLE, WORD} & set(re.findall(f"{TITLE}|{WORD}", text))
