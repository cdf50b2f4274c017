"""The glossary of an exam: every term with its definition, its address and its article."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from carrel.db import Database
from tests.articles.items import CARD, TERM
from tests.support.ads import house_ad
from tests.support.articles import put_article
from tests.website.study.bank import put_article_with
from tests.website.study.practice_forms import parsed, sign_in
from website.study import glossary

GLOSSARY = "/study/cpb/glossary/"
MORE = "::: term appeal\nAppeal\n: A request to look again. See [below](#after).\n:::\n"


@pytest.fixture
def library(db: Database) -> None:
    """Two articles with a term each, and an exam without any."""
    with db.write() as session:
        put_article_with(session, "clean-claims", f"{TERM}\n{CARD}")
        put_article_with(session, "appeals", MORE)
        put_article(session, "other", exam="ccm")
        session.add(house_ad())


def test_every_term_has_its_address_its_definition_and_its_article(
    client: FlaskClient, library: None
) -> None:
    tree = parsed(client.get(GLOSSARY).text)
    entries = tree.xpath('//dl[@class="glossary"]/div')
    assert [entry.get("id") for entry in entries] == ["term-appeal", "term-cmp"]
    assert entries[1].xpath("./dt/dfn/text()") == ["Competitive Medical Plan"]
    assert "A status beside the federally qualified HMO." in entries[1].text_content()
    assert "/articles/clean-claims/#question-cmp" in entries[1].xpath(".//a/@href")
    assert "/articles/appeals/#after" in entries[0].xpath(".//a/@href")


def test_it_is_a_set_of_terms_for_search_engines(client: FlaskClient, library: None) -> None:
    (text,) = re.findall(r'ld\+json">(.*?)</script>', client.get(GLOSSARY).text)
    data = json.loads(text)
    assert (data["@type"], data["url"]) == ("DefinedTermSet", f"https://carrel.test{GLOSSARY}")
    assert data["hasDefinedTerm"][1] == {
        "@type": "DefinedTerm",
        "url": f"https://carrel.test{GLOSSARY}#term-cmp",
        "name": "Competitive Medical Plan",
        "description": "A status beside the federally qualified HMO.",
        "inDefinedTermSet": f"https://carrel.test{GLOSSARY}",
    }


def test_a_long_one_has_letters_to_jump_to(
    client: FlaskClient, library: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'class="letters"' not in client.get(GLOSSARY).text
    monkeypatch.setattr(glossary, "LONG", 2)
    monkeypatch.setattr("carrel.page_cache.PageCache.get", lambda *_: None)
    tree = parsed(client.get(GLOSSARY).text)
    jumps = tree.xpath('//nav[@class="letters"]//a')
    assert [jump.text for jump in jumps] == ["A", "C"]
    assert [tree.get_element_by_id(jump.get("href")[1:]).text for jump in jumps] == ["A", "C"]


def test_an_exam_without_terms_has_none(client: FlaskClient, library: None) -> None:
    assert client.get("/study/ccm/glossary/").status_code == 404
    assert client.get("/study/none/glossary/").status_code == 404
    assert "glossary" not in client.get("/exams/ccm/").text


def test_the_exam_and_the_sitemap_lead_to_it(client: FlaskClient, library: None) -> None:
    assert f'<a href="{GLOSSARY}">Glossary</a>' in client.get("/exams/cpb/").text
    assert client.get("/sitemap.xml").text.count("/glossary/") == 1


def test_it_is_kept_and_a_pass_holder_sees_no_ad(
    app: Flask,
    client: FlaskClient,
    db: Database,
    library: None,
    kept: list[str],
) -> None:
    guest = client.get(GLOSSARY)
    assert guest.headers["Cache-Control"].startswith("public")
    assert guest.text.count('class="slot ') == 1
    assert guest.text.index('class="slot ') > guest.text.rindex("</dl>")
    sign_in(app, client, db, holder=True)
    assert not re.search(r'class="(?:slot|offer)|\.slot-label', client.get(GLOSSARY).text)
    assert kept == [GLOSSARY, GLOSSARY]
