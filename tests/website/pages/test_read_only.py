"""While a site is read-only it is read as always, and whoever would change something is told why they cannot."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from carrel.accounts.models import Reader
from carrel.db import Database, ReadOnlyError
from carrel.services import Services, make_services
from carrel.settings import Settings
from tests.support.articles import put_article
from tests.support.state import dump
from website import commands
from website.backup import home_lock


@pytest.fixture
def services(settings: Settings, db: Database) -> Iterator[Services]:
    """Of a read-only site with one article."""
    with db.write() as session:
        put_article(session)
    read_only = Database(settings.database_url, read_only=True)
    yield make_services(settings.model_copy(update={"read_only": True}), read_only)
    read_only.close()


@pytest.mark.parametrize(
    "path", ["/", "/articles/clean-claims/", "/search?q=claims", "/sign-in/", "/subscribe/", "/pass/"]
)
def test_every_page_is_there_and_says_it(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "The site is being moved. You can keep reading." in answer.text


def test_what_would_change_something_says_when_to_come_again_and_changes_nothing(
    client: FlaskClient, db: Database
) -> None:
    before = dump(db)
    answer = client.post("/subscribe/", data={"email": "anna@example.org", "pace": "weekly", "exam": "cpb"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert "will work again in a few minutes" in answer.text
    assert dump(db) == before


def test_it_is_ready_for_a_load_balancer(client: FlaskClient) -> None:
    assert client.get("/readyz").status_code == 200


def test_no_code_of_ours_can_write(services: Services) -> None:
    with pytest.raises(ReadOnlyError), services.db.write() as session:
        session.add(Reader())


def test_its_processes_are_in_no_movers_way(services: Services) -> None:
    with commands.use_of(services.settings), home_lock.restore_lock(services.settings.home):
        pass
