"""Pictures as browsers fetch them: from the folder, through the site from a bucket, and from a CDN."""

import re
from dataclasses import asdict
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from articles.models import Article
from carrel.images import processing
from carrel.media import media_of
from carrel.object_store import Bucket
from carrel.services import Services
from carrel.settings import Settings
from tests.carrel.s3_server import S3
from tests.carrel.test_brand import png
from tests.support.ads import house_ad
from tests.support.articles import put_article

NAME = f"{'a' * 24}-480.webp"
FOREVER = "public, max-age=31536000, immutable"
CDN = "https://cdn.example.net/m"


@pytest.fixture
def settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """Of a site with a bucket, or with a CDN, where a test is marked so."""
    if "s3" in request.fixturenames:
        server: S3 = request.getfixturevalue("s3")
        return server.settings(settings)
    if "with_cdn" in request.fixturenames:
        return settings.model_copy(update={"media_cdn_url": CDN})
    return settings


@pytest.fixture
def with_cdn() -> None:
    """Ask for a site with a CDN."""


@pytest.fixture
def page(services: Services) -> str:
    """An article with a picture in its text and one above it, and an ad with a picture."""
    (services.settings.home / "media").mkdir(exist_ok=True)
    (services.settings.home / "media" / NAME).write_bytes(b"RIFF")
    picture = {"url": f"/media/{NAME}", "width": 480, "height": 270, "alt": "A chart", "shown": False}
    picture["srcset"] = f"/media/{NAME} 480w, /media/{NAME} 960w"
    block = f'<p><img src="/media/{NAME}" alt="A chart" width="9" height="9"></p>'
    with services.db.write() as session:
        article: Article = put_article(session, slug="clean-claims", image=picture)
        assert article.content is not None
        article.content.blocks = [{"kind": "p", "words": 200, "html": block}]
        session.add(
            house_ad(kind="image", picture=NAME, picture_width=9, picture_height=9, picture_alt="An ad")
        )
    return "/articles/clean-claims/"


def fetched(client: FlaskClient, name: str = NAME) -> tuple[int, str | None, bytes, str]:
    with client.get(f"/media/{name}") as answer:
        return answer.status_code, answer.mimetype, answer.data, answer.headers["Cache-Control"]


def test_a_file_of_the_folder_is_served_for_good(client: FlaskClient, page: str) -> None:
    assert fetched(client) == (200, "image/webp", b"RIFF", FOREVER)


@pytest.mark.parametrize("name", [f"{'b' * 24}-480.webp", "carrel.db", "..%2fcarrel.db", f"{NAME}.part"])
def test_what_is_no_picture_is_not_found(client: FlaskClient, page: str, name: str) -> None:
    assert client.get(f"/media/{name}").status_code == 404


def test_a_picture_in_the_bucket_is_served_through_the_site(
    client: FlaskClient, services: Services, s3: S3
) -> None:
    s3.put(f"site/{NAME}", b"RIFF of the bucket")
    assert fetched(client) == (200, "image/webp", b"RIFF of the bucket", FOREVER)
    s3.remove(f"site/{NAME}")
    assert fetched(client) == (200, "image/webp", b"RIFF of the bucket", FOREVER)


def test_a_bucket_that_is_away_costs_the_picture_and_not_the_page(
    client: FlaskClient, services: Services, s3: S3, page: str
) -> None:
    Path(services.settings.home / "media" / NAME).unlink()
    s3.lock_out()
    status, _, _, kept = fetched(client)
    assert (status, kept) == (503, "private, no-store")
    article = client.get(page)
    assert article.status_code == 200
    assert f'src="/media/{NAME}"' in article.text


def test_no_page_asks_the_bucket(
    client: FlaskClient, services: Services, s3: S3, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(Bucket, "read", lambda _, name: asked.append(name))
    monkeypatch.setattr(Bucket, "size", lambda _, name: asked.append(name))
    Path(services.settings.home / "media" / NAME).unlink()
    assert "An ad" in client.get(page).text
    assert asked == []


def test_a_card_is_drawn_of_a_picture_that_only_the_bucket_has(
    client: FlaskClient, services: Services, s3: S3, page: str
) -> None:
    pictures = media_of(services.settings)
    picture = processing.publish("a.png", png((1600, 900)), pictures.folder, "/media/")
    pictures.share(picture.files)
    for file in pictures.folder.iterdir():
        file.unlink()
    with services.db.write() as session:
        article = session.scalars(select(Article)).one()
        article.image = {**asdict(picture), "alt": "A chart", "shown": False}
    asked = re.search(r'property="og:image" content="https://[^/]+(/cards/[^"]+)"', client.get(page).text)
    assert asked
    answer = client.get(asked[1])
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, FOREVER)


@pytest.mark.usefixtures("with_cdn")
def test_with_a_cdn_pages_load_every_picture_from_there_and_may(client: FlaskClient, page: str) -> None:
    answer = client.get(page)
    assert 'src="/media/' not in answer.text
    assert "/media/" not in answer.text
    assert answer.text.count(f'src="{CDN}/{NAME}"') >= 3
    assert f'srcset="{CDN}/{NAME} 480w, {CDN}/{NAME} 960w"' in answer.text
    assert "img-src 'self' https://cdn.example.net;" in answer.headers["Content-Security-Policy"]


@pytest.mark.usefixtures("with_cdn")
def test_feeds_keep_the_sites_own_address(client: FlaskClient, page: str) -> None:
    feed = client.get("/feed.xml").text
    assert f"https://carrel.test/media/{NAME}" in feed
    assert CDN not in feed


def test_without_one_the_policy_is_what_it_was(client: FlaskClient, page: str) -> None:
    assert "img-src 'self';" in client.get(page).headers["Content-Security-Policy"]
