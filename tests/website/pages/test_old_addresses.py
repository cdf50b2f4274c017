"""Old addresses of another program lead to the article, and never hide a page of ours."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from articles.build.site_urls import SiteUrls
from articles.models import OldPath
from carrel.db import Database
from tests.support.articles import put_article


@pytest.fixture(autouse=True)
def old_paths(db: Database) -> None:
    with db.write() as session:
        article = put_article(session)
        for path in ("/2019/05/old.html", "/exams/old", "/pass", "/über uns"):
            session.add(OldPath(path=path, article_id=article.id))


@pytest.mark.parametrize(
    "path", ["/2019/05/old.html", "/2019/05/old.html?ref=mail", "/exams/old/", "/%C3%BCber%20uns/"]
)
def test_an_old_address_redirects_for_good(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (301, "/articles/clean-claims/")


def test_a_page_of_ours_is_never_hidden(client: FlaskClient) -> None:
    assert client.get("/pass/").status_code != 301


def test_other_paths_are_not_found_and_forms_are_not_redirected(client: FlaskClient) -> None:
    assert client.get("/2019/05/other.html").status_code == 404
    assert client.get("/static/none.css").status_code == 404
    assert client.post("/2019/05/old.html").status_code in {403, 404, 405}


def own_paths(app: Flask) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        if not rule.arguments and "GET" in (rule.methods or set()):
            yield rule.rule.rstrip("/") or "/"


def test_check_refuses_an_alias_at_every_fixed_path_of_ours(app: Flask) -> None:
    urls = SiteUrls({})
    assert (
        sorted(path for path in own_paths(app) if not (urls.is_taken(path) or urls.is_taken(f"{path}/")))
        == []
    )
