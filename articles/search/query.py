"""Search: all words of a query in any of their spellings, the best first; corrected when nothing has them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import Row, select
from sqlalchemy.orm import Session, joinedload, load_only

from articles.models import Article, ArticleBody, Exam
from articles.search.lexicon import Lexicon, lexicon
from articles.search.ranking import ranked
from articles.search.snippets import snippet
from articles.search.terms import Term, corrected, parse


@dataclass(frozen=True)
class Hit:
    """An article that was found, and a snippet with the words of the query marked."""

    article: Article
    snippet: Markup


@dataclass(frozen=True)
class SearchResults:
    """The number of all hits, and those of one page.

    `corrected` is the query that they are for when nothing was found for the one that was asked; `suggestion` is
    one that finds more. `is_partial`: no article has all of the words.
    """

    total: int
    hits: list[Hit]
    corrected: str = ""
    suggestion: str = ""
    is_partial: bool = False


@dataclass(frozen=True)
class _Search:
    session: Session
    now: datetime
    exam: Exam | None
    lexicon: Lexicon
    limit: int
    offset: int

    def run(self, terms: Sequence[Term], *, any_term: bool = False) -> tuple[int, list[int]]:
        """How many articles there are, and the ids of those on the page."""
        ranking = ranked(
            terms,
            self.lexicon,
            self.now,
            dialect=self.session.get_bind().dialect.name,
            exam=self.exam,
            any_term=any_term,
        )

        def rows(limit: int, offset: int) -> Sequence[Row[int, int]]:
            statement = ranking.statement.limit(limit).offset(offset)
            return self.session.execute(statement, ranking.values).all()

        page = rows(self.limit, self.offset)
        # A page after the last one has no row that says how many there are.
        counted = page or (rows(1, 0) if self.offset else [])
        return (counted[0][1] if counted else 0), [row[0] for row in page]


def search(
    session: Session, query: str, now: datetime, *, exam: Exam | None = None, limit: int = 20, offset: int = 0
) -> SearchResults:
    """The visible articles with all words of the query; else those with its corrected words; else with any."""
    words = lexicon(session)
    terms = parse(query, words)
    if not terms:
        return SearchResults(0, [])
    look = _Search(session, now, exam, words, limit, offset)
    other = corrected(terms, words) or ""
    total, ids = look.run(terms)
    if total:
        suggestion = other if other and look.run(parse(f"{other} ", words))[0] else ""
        return SearchResults(total, _hits(session, ids, terms), suggestion=suggestion)
    if other:
        other_terms = parse(f"{other} ", words)
        total, ids = look.run(other_terms)
        if total:
            return SearchResults(total, _hits(session, ids, other_terms), corrected=other)
        terms = other_terms
    total, ids = look.run(terms, any_term=True)
    return SearchResults(total, _hits(session, ids, terms), is_partial=True)


def exam_of(query: str, chosen: str, exams: Iterable[Exam]) -> tuple[Exam | None, str]:
    """The exam to search in, chosen or written as `exam:cpb`, and the rest of the query."""
    of_slug = {exam.slug: exam for exam in exams}
    for word in query.split():
        name, _, slug = word.partition(":")
        if name.lower() == "exam" and slug.lower() in of_slug:
            return of_slug[slug.lower()], " ".join(other for other in query.split() if other != word)
    return of_slug.get(chosen), query


def _hits(session: Session, ids: Sequence[int], terms: Sequence[Term]) -> list[Hit]:
    columns = load_only(
        Article.slug, Article.title, Article.summary, Article.lang, Article.path, Article.reading_minutes
    )
    options = (columns, joinedload(Article.exam), joinedload(Article.content).load_only(ArticleBody.text))
    rows = session.scalars(select(Article).where(Article.id.in_(ids)).options(*options)).all()
    articles = {article.id: article for article in rows}
    return [Hit(articles[article_id], _snippet(articles[article_id], terms)) for article_id in ids]


def _snippet(article: Article, terms: Sequence[Term]) -> Markup:
    text = article.content.text if article.content else ""
    return snippet(text, terms) or snippet(article.summary, terms) or Markup.escape(article.summary)
