"""Past issues on the site."""

import pytest
from flask.testing import FlaskClient

from carrel.services import Services
from tests.support.articles import put_article
from tests.support.digests import add_subscribers, make_ready, start_schedule

pytestmark = pytest.mark.both_databases


def with_issue(services: Services) -> None:
    with services.db.write() as session:
        add_subscribers(session, 2)
    start_schedule(services)
    with services.db.write() as session:
        for number in range(6):
            put_article(session, f"new-{number}")
    make_ready(services)


def test_an_issue_has_a_public_page_without_anything_personal(
    services: Services, client: FlaskClient
) -> None:
    with_issue(services)

    page = client.get("/newsletter/archive/1/")

    assert page.status_code == 200
    assert page.text.count('class="entry-title"') == 6
    assert "unsubscribe" not in page.text
    assert "example.org" not in page.text


def test_the_archive_lists_issues_of_several_articles(services: Services, client: FlaskClient) -> None:
    with_issue(services)

    page = client.get("/newsletter/archive/")

    assert "New 0 – and 5 more" in page.text
    assert page.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"


def test_an_issue_that_was_not_sent_has_no_page(services: Services, client: FlaskClient) -> None:
    assert client.get("/newsletter/archive/1/").status_code == 404
    assert "No issue yet" in client.get("/newsletter/archive/").text
