"""What machines read."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
import time_machine
from flask.testing import FlaskClient

from articles import sitemaps
from articles.render import render
from carrel.db import Database
from carrel.page_cache import PageCache
from tests.support.articles import put_article
from website.pages import seo_routes

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def locations(client: FlaskClient, path: str) -> list[str]:
    """The paths that a sitemap or an index names."""
    tree = ElementTree.fromstring(client.get(path).data)
    return [(loc.text or "").removeprefix("https://carrel.test") for loc in tree.iter(f"{NAMESPACE}loc")]


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


def test_a_large_sitemap_is_an_index_of_files_that_name_every_page_once(
    client: FlaskClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.write() as session:
        for number in range(5):
            put_article(session, f"article-{number}", topics=("medicare",))
    whole = locations(client, "/sitemap.xml")
    monkeypatch.setattr(sitemaps, "PER_FILE", 2)
    monkeypatch.setattr(PageCache, "get", lambda *_: None)
    files = locations(client, "/sitemap.xml")
    assert files == ["/sitemap-pages.xml", "/sitemap-1.xml", "/sitemap-2.xml", "/sitemap-3.xml"]
    assert client.get("/sitemap.xml").text.count("<lastmod>") == 3
    assert sorted(path for file in files for path in locations(client, file)) == sorted(whole)
    for absent in ("/sitemap-4.xml", "/sitemap-0.xml", f"/sitemap-{10**30}.xml"):
        assert client.get(absent).status_code == 404


def test_a_sitemap_keeps_to_the_protocol(client: FlaskClient, db: Database) -> None:
    """Of sitemaps.org: one namespace, absolute addresses on one host, at most 50,000, days as W3C writes them."""
    with db.write() as session:
        put_article(session, "appeals")
    root = ElementTree.fromstring(client.get("/sitemap.xml").data)
    assert root.tag == f"{NAMESPACE}urlset"
    assert 0 < len(root) <= 50_000
    for url in root:
        fields = {field.tag.removeprefix(NAMESPACE): field.text or "" for field in url}
        assert url.tag == f"{NAMESPACE}url"
        assert set(fields) <= {"loc", "lastmod"}
        assert re.fullmatch(r"https://carrel\.test/[!-~]{0,2000}", fields["loc"])
        if "lastmod" in fields:
            assert datetime.fromisoformat(fields["lastmod"]) <= datetime.now(UTC)


def test_llms_txt_is_bounded_and_leads_to_the_rest(
    client: FlaskClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.write() as session:
        for number in range(5):
            put_article(session, f"article-{number}")
        put_article(session, "other", exam="ccm")
    monkeypatch.setattr(seo_routes, "LLMS_ARTICLES", 6)
    text = client.get("/llms.txt").text
    assert text.count("/articles/") == 4
    assert "- [All 5 articles](https://carrel.test/exams/cpb/): the list on the site, with 2 more." in text
    assert "exams/ccm" not in text


def test_llms_txt_leads_to_every_article_as_markdown(client: FlaskClient, db: Database) -> None:
    with db.write() as session:
        put_article(session, slug="appeals")
    assert "(https://carrel.test/articles/appeals.md)" in client.get("/llms.txt").text


def test_a_title_with_markup_in_it_stays_what_it_says(client: FlaskClient, db: Database) -> None:
    title = "The <table> element [of *all*] & snake_case"
    with db.write() as session:
        put_article(session, slug="table", title=title, summary="On `<b>`.")
    escaped = r"The \<table> element \[of \*all\*\] & snake_case"
    assert (
        rf"- [{escaped}](https://carrel.test/articles/table.md): On \`\<b>\`." in client.get("/llms.txt").text
    )
    twin = client.get("/articles/table.md").text
    assert twin.startswith(f"# {escaped}\n\n> On ")
    assert [heading.text for heading in render(twin).headings] == [title]


def test_robots_txt_names_the_sitemap_and_keeps_robots_from_private_pages(client: FlaskClient) -> None:
    text = client.get("/robots.txt").text
    assert "Sitemap: https://carrel.test/sitemap.xml" in text
    assert "Disallow: /account/" in text


def test_robots_txt_keeps_robots_out_of_the_many_sets_to_practice_with(client: FlaskClient) -> None:
    assert "Disallow: /study/*/practice?*set=\n" in client.get("/robots.txt").text


def test_con_11_security_txt_never_expires_and_never_promises_more_than_a_year(client: FlaskClient) -> None:
    for year in (2026, 2031):
        with time_machine.travel(datetime(year, 6, 1, tzinfo=UTC), tick=False):
            lines = dict(
                line.split(": ", 1) for line in client.get("/.well-known/security.txt").text.splitlines()
            )
            left = datetime.fromisoformat(lines["Expires"]) - datetime.now(UTC)
        assert 30 < left.days < 366
        assert lines["Contact"] == "mailto:help@carrel.test"
