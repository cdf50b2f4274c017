"""The terms of an exam: what its articles define in `term` items, as the glossary and other articles show it."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from articles.models import Article, Exam, StudyItem
from articles.render import elsewhere, plain_text
from articles.study_items import Row, study_items
from articles.visibility import visible

OTHER = "#"  # stands for everything that begins with no letter


@dataclass(frozen=True, slots=True)
class Term:
    """A term and its definition, sanitized, without ids; `url` is its item in the article that defines it."""

    key: str
    name: str  # plain
    name_html: str
    definition: str  # HTML
    definition_text: str
    url: str
    title: str  # of the article
    language: str | None
    revision: str

    @property
    def letter(self) -> str:
        """The letter that it stands under."""
        first = _sort_key(self.name)[:1].upper()
        return first if first.isalpha() else OTHER


def exam_terms(session: Session, exam: Exam, now: datetime) -> list[Term]:
    """The terms of the exam's visible articles, by the alphabet."""
    terms = [_term(exam, row) for row in study_items(session, exam, now, kinds=("term",))]
    return sorted(terms, key=lambda term: (term.letter == OTHER, _sort_key(term.name), term.key))


def glossary_path(exam: str) -> str:
    """The path of the glossary of the exam with this slug."""
    return f"/study/{exam}/glossary/"


def exams_with_terms(session: Session, now: datetime) -> Sequence[str]:
    """The slugs of exams that have a glossary."""
    query = (
        select(Exam.slug)
        .join(StudyItem, StudyItem.exam_id == Exam.id)
        .join(Article, Article.id == StudyItem.article_id)
        .where(StudyItem.kind == "term", StudyItem.retired.is_(False), Exam.in_files, visible(now))
        .group_by(Exam.slug)
        .order_by(Exam.slug)
    )
    return session.scalars(query).all()


def _term(exam: Exam, row: Row) -> Term:
    item, text, article = row
    name = text.prompt.replace("<p><dfn>", "").replace("</dfn></p>", "")
    return Term(
        key=item.key,
        name=plain_text(text.prompt),
        name_html=elsewhere(name, article.url),
        definition=elsewhere(text.answer, article.url),
        definition_text=text.answer_text,
        url=f"{article.url}#question-{item.key}",
        title=article.title,
        language=article.lang or exam.lang,
        revision=item.revision,
    )


def by_letter(terms: Sequence[Term]) -> dict[str, list[Term]]:
    """The terms under their letters."""
    letters: dict[str, list[Term]] = {}
    for term in terms:
        letters.setdefault(term.letter, []).append(term)
    return letters


def _sort_key(name: str) -> str:
    """Without accents, case, and signs in front."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return letters.casefold().lstrip("\"'‘’“”(-–— ")
