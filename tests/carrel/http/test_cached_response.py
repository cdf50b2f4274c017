"""A kept page while the database is away: the last one is better than none."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from carrel.db import Database
from carrel.page_cache import CacheVersionWatch, Versions, bump_cache_version
from carrel.services import Services


@pytest.fixture
def services(services: Services) -> Services:
    """The same, but every request reads the cache version."""
    return replace(services, cache_version=CacheVersionWatch(services.db, poll_seconds=0))


def test_data_06_while_the_database_is_away_the_last_page_stands_even_if_it_was_old(
    client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = client.get("/")
    assert read.status_code == 200
    with services.db.write() as session:
        bump_cache_version(session)
    monkeypatch.setattr("website.pages.library.render_home", _away)
    again = client.get("/")
    assert (again.status_code, again.data) == (200, read.data)
    assert again.headers["Cache-Control"] == read.headers["Cache-Control"]


def test_a_request_reads_the_cache_version_once(
    client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[Versions] = []
    current = services.cache_version.current

    def counting() -> Versions:
        reads.append(current())
        return reads[-1]

    monkeypatch.setattr(services.cache_version, "current", counting)
    client.set_cookie("__Host-carrel_session", "x" * 43, domain="carrel.test", secure=True)
    for number, path in enumerate(["/", "/search", "/"], 1):
        assert client.get(path).status_code == 200
        assert len(reads) == number


def test_data_06_a_page_that_nobody_read_before_says_that_the_site_is_away(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/")
    monkeypatch.setattr(Database, "read", _away)
    assert client.get("/sitemap.xml").status_code == 503


def _away(*_: object) -> None:
    raise OperationalError("SELECT", {}, Exception("away"))
