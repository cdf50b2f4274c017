"""The hub and the addresses of practice sets: which are kept, and which lead nowhere."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from carrel.db import Database
from carrel.http.response_cache import ResponseCache
from carrel.page_cache import PageCache, bump_cache_version
from carrel.services import Services
from tests.carrel.http.response_cache.conftest import ask
from tests.support.articles import put_article
from tests.website.pages.test_paging import counted
from tests.website.study.bank import put_article_with, questions
from tests.website.study.practice_forms import HUB, PRACTICE, answers, parsed, sign_in


def test_the_hub_counts_by_domain_topic_and_article_and_leads_there(
    client: FlaskClient, library: None
) -> None:
    page = client.get(HUB)
    document = parsed(page.text)
    links = {link.get("href"): link.getparent().text_content() for link in document.xpath("//main//a")}
    assert "18 questions" in page.text
    assert "13 questions" in links[f"{PRACTICE}?domain=claims"]
    assert links[f"{PRACTICE}?topic=medicare"] == "Medicare18"
    assert "5 questions" in links[f"{PRACTICE}?article=kinds"]
    assert "3 cards" in links[f"{HUB}cards/kinds/"]
    assert {PRACTICE, "/study/today", "/study/plan/cpb", f"{HUB}glossary/", f"{HUB}anki.txt"} <= links.keys()
    assert "/articles/no-items/" not in links


def test_an_exam_without_items_has_no_hub_and_no_set(client: FlaskClient, db: Database) -> None:
    with db.write() as session:
        put_article(session, "no-items")
    assert [
        client.get(path).status_code for path in (HUB, PRACTICE, "/study/none/", "/study/none/practice")
    ] == [404] * 4
    assert "/study/" not in client.get("/sitemap.xml").text + client.get("/exams/cpb/").text


@pytest.mark.parametrize("path", [HUB, PRACTICE, f"{PRACTICE}?domain=claims&set=3"])
def test_hub_and_sets_may_be_kept_by_a_shared_cache(client: FlaskClient, library: None, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"


def test_a_kept_set_is_answered_again_without_flask(app: Flask, services: Services, library: None) -> None:
    asked: list[str] = []

    def counting(environ: dict[str, Any], start_response: Any) -> Any:
        asked.append(environ["QUERY_STRING"])
        return app(environ, start_response)

    cache = ResponseCache(counting, services)
    for query in ("", "set=2", "domain=claims&set=3", "set=3&domain=claims"):
        answers_to = [ask(cache, PRACTICE, query=query) for _ in range(2)]
        assert answers_to[0].said == answers_to[1].said
    assert asked == ["", "set=2", "domain=claims&set=3", *["set=3&domain=claims"] * 2]


def test_hubs_are_in_the_sitemap_and_sets_are_for_no_index(client: FlaskClient, library: None) -> None:
    sitemap = client.get("/sitemap.xml").text
    assert f"{HUB}</loc>" in sitemap
    assert "practice" not in sitemap
    assert '<meta name="robots" content="noindex">' in client.get(PRACTICE).text
    assert "noindex" not in client.get(HUB).text


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("?utm_source=x", PRACTICE),
        ("?set=0", PRACTICE),
        ("?set=3&domain=claims", f"{PRACTICE}?domain=claims&set=3"),
        ("?domain=cl%61ims", f"{PRACTICE}?domain=claims"),
        ("?set=3&set=4", f"{PRACTICE}?set=3"),
        ("?page=2", PRACTICE),
    ],
)
def test_another_way_to_write_an_address_leads_to_the_one_that_is_kept(
    client: FlaskClient, kept: list[str], library: None, query: str, canonical: str
) -> None:
    answer = client.get(PRACTICE + query)
    assert (answer.status_code, answer.location) == (301, canonical)
    assert kept == []


@pytest.mark.parametrize(
    "query", ["?set=64", "?domain=none", "?article=no-items", "?topic=none", "?domain=claims&topic=medicare"]
)
def test_what_is_no_set_fills_no_cache(
    client: FlaskClient, kept: list[str], library: None, query: str
) -> None:
    assert client.get(PRACTICE + query).status_code == 404
    assert kept == []


@pytest.mark.parametrize("exam", ["%0d%0aX: y", "%0a", "..%2f..", "%5cevil.test"])
def test_what_is_no_exam_leads_nowhere(client: FlaskClient, exam: str) -> None:
    assert client.get(f"/study/{exam}/practice?x=1").status_code == 404


@pytest.mark.parametrize("holder", [False, True])
def test_no_slot_stands_in_a_set_or_in_its_results_and_one_at_the_foot_of_the_hub(
    app: Flask, client: FlaskClient, db: Database, library: None, holder: bool
) -> None:
    sign_in(app, client, db, holder=holder)
    opened = client.get(PRACTICE)
    checked = client.post(PRACTICE, data=answers(opened.text))
    assert not re.search("slot|data-house", opened.text + checked.text)
    hub = client.get(HUB).text
    assert hub.count('class="slot ') == (0 if holder else 1)
    assert "slot" not in hub.partition("</section>\n<footer")[0].partition("<main")[2]


def test_an_article_with_items_ends_with_the_way_to_practice_them(client: FlaskClient, library: None) -> None:
    line = '<a href="/study/cpb/practice?article=kinds">Practice the 5 questions of this article</a>'
    assert line in client.get("/articles/kinds/").text
    assert "/study" not in client.get("/articles/no-items/").text
    assert '<a href="/study/cpb/">Practice</a>' in client.get("/exams/cpb/").text


def test_no_page_asks_more_of_the_database_when_the_bank_grows(
    client: FlaskClient, db: Database, library: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PageCache, "get", lambda *_: None)
    paths = [
        HUB,
        PRACTICE,
        f"{PRACTICE}?topic=medicare",
        f"{PRACTICE}?domain=rules",
        f"{PRACTICE}?article=kinds",
    ]
    asked = [_questions_of(client, path) for path in paths]
    with db.write() as session:
        for number in range(12):
            put_article_with(session, f"more-{number}", questions(f"more-{number}", 5), "rules")
        bump_cache_version(session)
    assert (
        max(_questions_of(client, path) for path in paths) <= max(asked) <= 7
    )  # one of them for the story of a case


def _questions_of(client: FlaskClient, path: str) -> int:
    counts = list[int]()
    # The first page of a process asks more, and that of a cache version, which is noticed by the clock.
    for _ in range(3):
        with counted() as statements:
            assert client.get(path).status_code == 200
        counts.append(len(statements))
    return min(counts)
