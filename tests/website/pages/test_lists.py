"""A series, an author, and what search engines are told of them."""

import json
import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from articles.models import Article, Author
from carrel.services import Services
from tests.support.articles import put_article

# The properties of schema.org 30.1 that we use, by the type that has them (a type has those of the types above it too).
SCHEMA = {
    "Article": {
        "headline", "description", "url", "image", "mainEntityOfPage", "inLanguage", "isAccessibleForFree", "wordCount",
        "author", "publisher", "about", "datePublished", "dateModified", "isPartOf", "position", "name",
    },
    "WebPage": {"reviewedBy", "lastReviewed"},
    "Person": {"name", "url", "honorificSuffix", "description", "sameAs"},
    "Organization": {"name", "url", "logo"},
    "ImageObject": {"url", "caption"},
    "CreativeWorkSeries": {"name", "url", "hasPart"},
    "ProfilePage": {"mainEntity"},
    "BreadcrumbList": {"itemListElement"},
    "ListItem": {"position", "name", "item"},
}  # fmt: skip


def put(session: Session, slug: str, **columns: object) -> Article:
    article = put_article(session, slug=slug, topics=("medicare",))
    for name, value in columns.items():
        setattr(article, name, value)
    return article


@pytest.fixture
def library(services: Services) -> Services:
    """Three parts of a series; Jane Doe wrote the first and the others are reviewed by her."""
    with services.db.write() as session:
        links = ["https://example.org/jane"]
        session.add(
            Author(slug="jane", name="Jane Doe", credentials="CPC, CPB", bio="She <bills>.", links=links)
        )
        series = {"series": "Step by step", "series_slug": "step-by-step"}
        put(session, "one", part=1, author="Jane Doe", **series)
        put(
            session,
            "two",
            part=2,
            author="Sam Roe",
            reviewer="Jane Doe",
            reviewed=date(2026, 10, 2),
            **series,
        )
        put(session, "three", part=3, **series)
    return services


def json_ld(client: FlaskClient, path: str) -> list[dict[str, object]]:
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(path).text)
    data = json.loads(text)
    return data if isinstance(data, list) else [data]


def check(data: object) -> None:
    """Every property belongs to its type."""
    if isinstance(data, list):
        for part in data:
            check(part)
    if isinstance(data, dict):
        kind = data["@type"]
        assert {name for name in data if not name.startswith("@")} <= SCHEMA[kind], kind
        check(list(data.values()))


@pytest.mark.parametrize(
    "path", ["/articles/one/", "/articles/two/", "/series/step-by-step/", "/authors/jane/"]
)
def test_structured_data_has_only_what_schema_org_knows(
    client: FlaskClient, library: Services, path: str
) -> None:
    check(json_ld(client, path))


def test_a_person_is_a_person_and_the_editors_are_the_publisher(
    client: FlaskClient, library: Services
) -> None:
    by_jane, by_sam, by_nobody = (
        json_ld(client, f"/articles/{slug}/")[0]["author"] for slug in ("one", "two", "three")
    )
    assert isinstance(by_jane, dict)
    assert isinstance(by_nobody, dict)
    assert by_jane | {"url": ""} == {
        "@type": "Person",
        "name": "Jane Doe",
        "url": "",
        "honorificSuffix": "CPC, CPB",
        "description": "She <bills>.",
        "sameAs": ["https://example.org/jane"],
    }
    assert str(by_jane["url"]).endswith("/authors/jane/")
    assert by_sam == {"@type": "Person", "name": "Sam Roe"}
    assert (by_nobody["@type"], by_nobody["name"]) == ("Organization", "Carrel")


def test_the_reviewer_is_named_on_the_page_and_to_machines(client: FlaskClient, library: Services) -> None:
    page = json_ld(client, "/articles/two/")[0]["mainEntityOfPage"]
    assert isinstance(page, dict)
    assert (page["reviewedBy"]["name"], page["lastReviewed"]) == ("Jane Doe", "2026-10-02")
    text = client.get("/articles/two/").text
    assert 'Reviewed by <a href="/authors/jane/" rel="author">Jane Doe</a>, CPC, CPB' in text
    assert "By Sam Roe" in text


def test_an_article_says_which_part_it_is_and_leads_to_the_others(
    client: FlaskClient, library: Services
) -> None:
    text = client.get("/articles/two/").text
    assert "Part 2 of 3" in text
    assert '<b aria-current="page">' in text
    assert text.count("in this series</span>") == 2
    first = client.get("/articles/one/").text
    assert first.count("in this series</span>") == 1
    data = json_ld(client, "/articles/two/")[0]
    assert (data["position"], data["isPartOf"]["name"]) == (2, "Step by step")  # type: ignore[index]


def test_the_series_has_a_page_with_its_parts_in_order(client: FlaskClient, library: Services) -> None:
    text = client.get("/series/step-by-step/").text
    assert re.findall(r'class="entry-title"><a href="/articles/(\w+)/"', text) == ["one", "two", "three"]
    assert client.get("/series/nothing/").status_code == 404


def test_an_authors_page_has_both_lists_and_nothing_unescaped(client: FlaskClient, library: Services) -> None:
    answer = client.get("/authors/jane/")
    assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert "Reviewed articles" in answer.text
    assert "She &lt;bills&gt;." in answer.text
    assert client.get("/authors/nobody/").status_code == 404


def test_both_are_in_the_sitemap(client: FlaskClient, library: Services) -> None:
    text = client.get("/sitemap.xml").text
    assert "/series/step-by-step/</loc>" in text
    assert "/authors/jane/</loc>" in text


def test_an_article_outside_of_series_says_nothing_of_parts(client: FlaskClient, library: Services) -> None:
    with library.db.write() as session:
        put(session, "alone")
    text = client.get("/articles/alone/").text
    assert "Part " not in text
    assert "isPartOf" not in text
