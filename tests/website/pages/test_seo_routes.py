"""What machines read."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import time_machine
from flask.testing import FlaskClient

from carrel.db import Database
from tests.support.articles import put_article

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def test_the_sitemap_names_every_public_page(client: FlaskClient, db: Database) -> None:
    with db.write() as session:
        put_article(session, slug="appeals", topics=("medicare",))
    tree = ElementTree.fromstring(client.get("/sitemap.xml").data)
    urls = {element.text for element in tree.iter(f"{NAMESPACE}loc")}
    paths = ["/", "/exams/cpb/", "/topics/medicare/", "/articles/appeals/"]
    assert {f"https://carrel.test{path}" for path in paths} <= urls


def test_every_address_in_the_sitemap_answers(client: FlaskClient, db: Database) -> None:
    with db.write() as session:
        put_article(session, slug="appeals", topics=("medicare",))
    tree = ElementTree.fromstring(client.get("/sitemap.xml").data)
    for element in tree.iter(f"{NAMESPACE}loc"):
        assert element.text
        assert client.get(element.text.removeprefix("https://carrel.test")).status_code == 200, element.text


def test_llms_txt_leads_to_every_article_as_markdown(client: FlaskClient, db: Database) -> None:
    with db.write() as session:
        put_article(session, slug="appeals")
    assert "(https://carrel.test/articles/appeals.md)" in client.get("/llms.txt").text


def test_robots_txt_names_the_sitemap_and_keeps_robots_from_private_pages(client: FlaskClient) -> None:
    text = client.get("/robots.txt").text
    assert "Sitemap: https://carrel.test/sitemap.xml" in text
    assert "Disallow: /account/" in text


def test_con_11_security_txt_never_expires_and_never_promises_more_than_a_year(client: FlaskClient) -> None:
    for year in (2026, 2031):
        with time_machine.travel(datetime(year, 6, 1, tzinfo=UTC), tick=False):
            lines = dict(
                line.split(": ", 1) for line in client.get("/.well-known/security.txt").text.splitlines()
            )
            left = datetime.fromisoformat(lines["Expires"]) - datetime.now(UTC)
        assert 30 < left.days < 366
        assert lines["Contact"] == "mailto:help@carrel.test"
