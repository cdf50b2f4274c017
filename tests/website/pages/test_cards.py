"""Share cards as other sites fetch them."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from articles.models import Article
from carrel.images import processing
from carrel.page_cache import bump_cache_version
from carrel.services import Services
from tests.carrel.test_brand import png
from tests.support.articles import put_article
from website.pages import cards

IMAGE = re.compile(r'<meta property="og:image" content="https?://[^/"]+(/cards/[^"]+)">')


def card_path(client: FlaskClient, page: str) -> str:
    found = IMAGE.search(client.get(page).text)
    assert found
    return found[1]


def kept(services: Services) -> list[str]:
    folder = services.settings.home / "cards"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def stored(session: Session) -> Article:
    return session.scalars(select(Article)).one()


@pytest.fixture
def library(services: Services) -> Services:
    with services.db.write() as session:
        put_article(session, slug="clean-claims", topics=("medicare",))
    return services


@pytest.mark.parametrize("page", ["/articles/clean-claims/", "/exams/cpb/", "/", "/topics/medicare/"])
def test_every_page_that_can_be_shared_has_a_card_that_is_there(
    client: FlaskClient, library: Services, page: str
) -> None:
    answer = client.get(card_path(client, page))
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers


def test_the_page_says_what_ogp_asks_for(client: FlaskClient, library: Services) -> None:
    said = dict(
        re.findall(
            r'<meta property="(og:image[^"]*)" content="([^"]*)">', client.get("/articles/clean-claims/").text
        )
    )
    assert said.pop("og:image").startswith("http")
    assert said == {
        "og:image:type": "image/jpeg",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "Clean claims",
    }


def test_a_card_is_drawn_once_and_kept(
    client: FlaskClient, library: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = card_path(client, "/articles/clean-claims/")
    first = client.get(path)
    monkeypatch.setattr("carrel.images.cards.Card.draw", lambda _card: pytest.fail("drawn again"))
    assert client.get(path).data == first.data
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_new_title_makes_a_new_card_and_the_old_one_goes(client: FlaskClient, library: Services) -> None:
    old = card_path(client, "/articles/clean-claims/")
    client.get(old)
    with library.db.write() as session:
        stored(session).title = "Quite clean claims"
        bump_cache_version(session)
    stale = client.get(old)
    assert (stale.status_code, stale.headers["Cache-Control"]) == (200, "public, max-age=3600")
    assert len(kept(library)) == 1
    assert old.rpartition("/")[2] not in kept(library)[0]


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ({"draft": True}, 404),
        ({"published": datetime.now(UTC) + timedelta(days=2)}, 404),
        ({"removed_at": datetime(2026, 9, 1, tzinfo=UTC), "body_id": None}, 410),
    ],
)  # fmt: skip
def test_what_readers_may_not_see_has_no_card(
    client: FlaskClient, library: Services, columns: dict[str, object], status: int
) -> None:
    path = card_path(client, "/articles/clean-claims/")
    client.get(path)
    with library.db.write() as session:
        article = stored(session)
        for name, value in columns.items():
            setattr(article, name, value)
    assert client.get(path).status_code == status
    assert len(kept(library)) == 1
    cards.run_step(library)
    assert kept(library) == []


def test_the_sweep_leaves_what_is_seen(client: FlaskClient, library: Services) -> None:
    for page in ("/articles/clean-claims/", "/exams/cpb/", "/"):
        client.get(card_path(client, page))
    before = kept(library)
    assert len(before) == 3
    cards.run_step(library)
    assert kept(library) == before


@pytest.mark.parametrize(
    "name",
    [
        "articles/nowhere.0123456789ab.jpg",
        "articles/..%2fcarrel.db",
        "other.0123456789ab.jpg",
        "articles/clean-claims.jpg",
    ],
)
def test_other_names_are_not_found_and_leave_nothing(
    client: FlaskClient, library: Services, name: str
) -> None:
    assert client.get(f"/cards/{name}").status_code == 404
    assert kept(library) == []


def with_picture(services: Services) -> Path:
    media = services.settings.home / "media"
    picture = processing.publish("a.png", png((1600, 900)), media, "/media/")
    with services.db.write() as session:
        article = stored(session)
        article.image = {
            "url": picture.url, "width": picture.width, "height": picture.height, "srcset": picture.srcset,
            "alt": "Purple", "shown": False,
        }  # fmt: skip
    return media


def test_the_authors_picture_is_the_card_and_stands_above_the_text(
    client: FlaskClient, library: Services
) -> None:
    with_picture(library)
    page = client.get("/articles/clean-claims/").text
    assert re.search(
        r'<figure class="article-picture"><img src="/media/[^"]+" alt="Purple" width="960" height="540"', page
    )
    assert '<meta property="og:image:alt" content="Purple">' in page
    assert client.get(card_path(client, "/articles/clean-claims/")).status_code == 200


def test_a_picture_that_is_not_on_this_machine_gives_way_to_the_title(
    client: FlaskClient, library: Services
) -> None:
    media = with_picture(library)
    path = card_path(client, "/articles/clean-claims/")
    for file in media.iterdir():
        file.unlink()
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=3600")


def test_a_full_disk_costs_time_and_no_card(
    client: FlaskClient, library: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path, _content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cards, "write_file", full)
    assert client.get(card_path(client, "/")).status_code == 200
    assert kept(library) == []


def test_the_icon_is_where_programs_look_for_it(client: FlaskClient) -> None:
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer.mimetype) == (200, "image/x-icon")
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
