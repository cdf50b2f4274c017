"""The terms of an exam: those of visible articles, by the alphabet."""

from datetime import timedelta

from articles.models import Exam
from articles.terms import by_letter, exam_terms, exams_with_terms
from carrel import clock
from carrel.db import Database
from tests.articles.items import CARD
from tests.support.articles import put_article, put_exam
from tests.website.study.bank import put_article_with


def term(key: str, name: str, definition: str = "It is.") -> str:
    return f"::: term {key}\n{name}\n: {definition}\n:::\n"


def names(db: Database, exam: str = "cpb") -> list[str]:
    with db.read() as session:
        row = session.query(Exam).filter_by(slug=exam).one()
        return [term.name for term in exam_terms(session, row, clock.now())]


def test_they_come_by_the_alphabet_whatever_their_accents_case_or_signs(db: Database) -> None:
    items = [
        term("z", "zebra"),
        term("e", "Éclair"),
        term("d", "drg"),
        term("n", "835"),
        term("q", "“Quote”"),
    ]
    with db.write() as session:
        put_article_with(session, "a", "\n".join(items))
    assert names(db) == ["drg", "Éclair", "“Quote”", "zebra", "835"]
    with db.read() as session:
        terms = exam_terms(session, session.query(Exam).one(), clock.now())
    assert list(by_letter(terms)) == ["D", "E", "Q", "Z", "#"]


def test_a_term_brings_its_definition_and_leads_to_its_article(db: Database) -> None:
    with db.write() as session:
        put_article_with(session, "a", term("cmp", "A *plan*", "See [b](#b), **now**."))
    with db.read() as session:
        (shown,) = exam_terms(session, session.query(Exam).one(), clock.now())
    assert (shown.name, shown.name_html, shown.url) == (
        "A plan",
        "A <em>plan</em>",
        "/articles/a/#question-cmp",
    )
    assert "<strong>now</strong>" in shown.definition
    assert 'href="#' not in shown.definition
    assert shown.definition_text == "See b, now."


def test_terms_of_hidden_articles_and_other_exams_are_not_among_them(db: Database) -> None:
    with db.write() as session:
        put_article_with(session, "a", term("a", "Alpha"))
        put_article_with(session, "b", term("b", "Beta")).draft = True
        put_article_with(session, "c", term("c", "Gamma")).published = clock.now() + timedelta(days=1)
        put_article_with(session, "d", CARD)
        put_exam(session, "ccm")
        put_article(session, "e", exam="ccm")
    assert names(db) == ["Alpha"]
    with db.read() as session:
        assert exams_with_terms(session, clock.now()) == ["cpb"]
