"""Search finds what was meant: other spellings, mistakes, phrases, acronyms, names with signs, scripts without spaces."""

from datetime import UTC, datetime

import pytest

from articles.search.query import SearchResults, search
from carrel.db import Database
from tests.support.articles import put_article, put_exam

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEXTS = {
    "codes": "Diagnoses are coded in ICD-10, and claims go out on the CMS 1500.",
    "copay": "The co-pay is due at the visit.",
    "filing": "Timely filing has a limit, and a denial for it is final.",
    "privacy": "HIPAA protects the patient. A modifier does not.",
    "appeal": "An appeal begins with a letter. To be or not to be paid is the question.",
    "classes": "The International Classification of Diseases is older than its tenth edition.",
    "languages": "C++ is older than C#, and .NET is younger than both. The option -V prints a version.",
    "letters": "The letter C is in vitamin C, and a fishing net is a net.",
    "cloud": "AWS::Lambda::Function is a type. A node.js runtime is another thing, with its event loop.",
    "chinese": "本文介绍医疗账单的基本概念，包括索赔、拒付和上诉流程。保险公司必须在规定时间内付款。",
    "thai": "การเรียกเก็บเงินค่ารักษาพยาบาล",
    "japanese": "医療費の請求について、コピーを保管してください。",
    "hindi": "स्वास्थ्य बीमा का दावा",
    "french": "Le café de l’hôpital.",
    "polish": "Ubezpieczenie kosztuje sto złotych.",
    "danish": "Ørsted betaler erstatning; Æbler og Straße.",
    "vietnamese": "Bảo hiểm y tế bồi thường đồng.",
    "arabic": "المُطالَبة الطبية تُقدَّم إلى شركة التأميـــن.",
    "persian": "کتاب‌های بیمه سلامت",
    "hyphens": "The re\u00adim\u00adburse\u00adment of bene\u00adfits.",
}
FOUND = {
    "codes": ["icd10", "icd-10", "icd 10", "ICD10", "cms1500", "cms-1500", "CMS 1500"],
    "copay": ["copay", "co-pay", "co pay", "Copays"],
    "filing": ["timely-filing", "timelyfiling", "timely filing", "denails", "the denial of a filing"],
    "privacy": ["HIPPA", "hippa patient", "modifer", '"the patient"'],
    "appeal": ["apeal", "appeels", '"to be or not to be"', "“begins with a letter”"],
    "languages": ["C++", "c#", "C# C++", ".NET", "-V"],
    "cloud": ["AWS::Lambda::Function", "lambda function", "node.js", "nodejs", "node js"],
    "chinese": ["索赔", "保险公司", "上诉流程", "医疗账单 付款", "赔"],
    "thai": ["เก็บเงิน", "รักษา"],
    "japanese": ["コピー", "請求", "コヒ\u309aー"],
    "hindi": ["बीमा", "स्वास्थ्य दावा"],
    "french": ["cafe", "Café", "l'hôpital", "hopital"],
    "polish": ["zlotych", "złotych", "ZŁOTYCH"],
    "danish": ["orsted", "Ørsted", "aebler", "strasse"],
    "vietnamese": ["dong", "đồng", "bao hiem"],
    "arabic": ["المطالبة", "المطالبه", "التامين"],
    "persian": ["كتاب", "کتاب", "سلامت"],
    "hyphens": ["reimbursement", "benefits"],
}


@pytest.fixture
def shelf(db: Database) -> Database:
    """One article for each text; its title and address say nothing."""
    with db.write() as session:
        put_exam(session, acronyms={"ICD": "International Classification of Diseases"})
        for name, text in TEXTS.items():
            put_article(session, f"x-{name}-x", text=text, title="Untitled", summary="-")
    return db


def find(db: Database, query: str) -> SearchResults:
    with db.read() as session:
        return search(session, query, NOW)


def names(results: SearchResults) -> list[str]:
    return [hit.article.slug[2:-2] for hit in results.hits]


@pytest.mark.parametrize("name", FOUND)
def test_every_spelling_finds_the_article(shelf: Database, name: str) -> None:
    for query in FOUND[name]:
        results = find(shelf, query)
        assert (names(results), results.is_partial) == ([name], False), query


def test_what_was_corrected_is_said_and_only_when_nothing_was_found(shelf: Database) -> None:
    assert find(shelf, "apeal letter").corrected == "appeal letter"
    assert find(shelf, "appeal letter").corrected == ""
    assert find(shelf, "qqqqqq").corrected == ""


def test_a_word_that_is_rare_beside_a_common_one_gets_a_suggestion(db: Database) -> None:
    with db.write() as session:
        for number in range(25):
            put_article(session, f"common-{number}", text="A modifier changes a code.")
        put_article(session, "typing-error", text="A modifer is a typing error.")
    results = find(db, "modifer")
    assert (results.total, results.suggestion) == (1, "modifier")
    assert find(db, "modifier").suggestion == ""


def test_a_word_that_nobody_writes_and_that_shares_a_stem_with_another_gets_one_too(db: Database) -> None:
    with db.write() as session:
        put_article(session, "other", text="After a modification of the contract.")
        put_article(session, "a", text="A modifier changes a code.")
        put_article(session, "b", text="The modifier 25 stands behind it.")
    results = find(db, "modifer")
    assert (results.total, results.suggestion) == (1, "modifier")
    assert find(db, "modifer 25").corrected == "modifier 25"


def test_con_06_nothing_is_suggested_that_readers_may_not_see(db: Database) -> None:
    with db.write() as session:
        put_article(session, "secret", text="Zanzibarium is announced next week.", draft=True)
    results = find(db, "zanzibarum")
    assert (results.total, results.corrected, results.suggestion) == (0, "", "")


def test_a_phrase_stands_as_it_is_written(shelf: Database) -> None:
    assert find(shelf, '"filing timely"').total == 0 or find(shelf, '"filing timely"').is_partial
    assert names(find(shelf, "filing timely")) == ["filing"]


def test_of_four_words_an_article_may_lack_one_and_not_two(shelf: Database) -> None:
    results = find(shelf, "timely filing limit exception")
    assert (names(results), results.is_partial) == (["filing"], False)
    assert find(shelf, "timely filing exception").is_partial
    assert find(shelf, "timely filing exception nobody").is_partial


def test_an_acronym_and_what_it_stands_for_find_each_other(shelf: Database) -> None:
    assert set(names(find(shelf, "ICD"))) == {"codes", "classes"}
    assert set(names(find(shelf, "international classification of diseases"))) == {"codes", "classes"}


def test_signs_belong_to_names(shelf: Database) -> None:
    assert "letters" not in names(find(shelf, "C++"))
    assert names(find(shelf, "vitamin c")) == ["letters"]
    assert names(find(shelf, "fishing net")) == ["letters"]


def test_the_title_that_is_asked_for_comes_first(db: Database) -> None:
    titles = ["Clean claims in practice, and more", "The clean claim", "Claims that are clean"]
    with db.write() as session:
        for number, title in enumerate(titles):
            put_article(session, f"a-{number}", title=title, text="A clean claim. " * (20 - 9 * number))
    assert next(hit.article.title for hit in find(db, "clean claims").hits) == "The clean claim"


def test_snippets_mark_every_spelling(shelf: Database) -> None:
    marks = {
        "icd10": "<mark>ICD</mark>-<mark>10</mark>",
        "索赔": "<mark>索赔</mark>",
        "hopital": "<mark>hôpital</mark>",
    }
    for query, mark in marks.items():
        assert mark in str(find(shelf, query).hits[0].snippet), query
