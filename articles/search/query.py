"""Search over title, summary and text, ranked in that order. The query is split into words: it has no operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, column, func, literal_column, select, table
from sqlalchemy.orm import Session, joinedload

from articles.models import Article, ArticleBody, Exam
from articles.search.snippets import snippet
from articles.visibility import visible
from articles.words import words

MAX_QUERY = 1_000  # characters
MAX_WORDS = 12
MAX_WORD = 40  # characters
_INDEX = table("article_search", column("rowid"), column("body_id"), column("document"))
_WEIGHTS: ColumnElement[Any] = literal_column(
    "'{0.02, 0.1, 0.3, 1.0}'::real[]"
)  # text, nothing, summary, title


@dataclass(frozen=True)
class Hit:
    """An article that was found, and a snippet with the words of the query marked."""

    article: Article
    snippet: Markup


@dataclass(frozen=True)
class SearchResults:
    """The number of all hits, and those of one page."""

    total: int
    hits: list[Hit]


def search(
    session: Session, query: str, now: datetime, *, exam: Exam | None = None, limit: int = 20, offset: int = 0
) -> SearchResults:
    """The visible articles with all words of the query, or else with any; the last word may be incomplete."""
    terms = [word[:MAX_WORD] for word in words(query[:MAX_QUERY])[:MAX_WORDS]]
    if not terms:
        return SearchResults(0, [])
    for any_word in (False, True):
        matching = matching_articles(session, terms, any_word, now, exam)
        # Ranking is most of the work: counting must not do it too, as databases do for an order inside.
        if total := session.scalar(select(func.count()).select_from(matching.order_by(None).subquery())):
            return SearchResults(total, _hits(session, matching.limit(limit).offset(offset), terms))
    return SearchResults(0, [])


def matching_articles(
    session: Session, terms: list[str], any_word: bool, now: datetime, exam: Exam | None
) -> Select[int]:
    """The ids of the hits, the best first."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    body_id, matches, rank = fts5_match(terms, any_word) if is_sqlite else tsvector_match(terms, any_word)
    query = select(Article.id).select_from(_INDEX).join(Article, Article.body_id == body_id)
    query = query.where(matches, visible(now)).order_by(rank, Article.id)
    return query.where(Article.exam_id == exam.id) if exam else query


# How to join the index with articles, how to match, how to rank.
Match = tuple[ColumnElement[Any], ColumnElement[bool], ColumnElement[Any]]


def fts5_match(terms: list[str], any_word: bool) -> Match:
    """The match on SQLite."""
    last = f'("{terms[-1]}" OR "{terms[-1]}" *)'
    match = (" OR " if any_word else " AND ").join([*(f'"{word}"' for word in terms[:-1]), last])
    name: ColumnElement[Any] = literal_column("article_search")
    # One rank per column: in a joint rank a word that the text repeats would count as much as one in the title.
    title, summary, text = (func.bm25(name, *weights) for weights in ((1, 0, 0), (0, 1, 0), (0, 0, 1)))
    return _INDEX.c.rowid, name.op("MATCH")(match), title * 10 + summary * 4 + text


def tsvector_match(terms: list[str], any_word: bool) -> Match:
    """The match on PostgreSQL."""
    last = f"('{terms[-1]}' | '{terms[-1]}':*)"
    match = (" | " if any_word else " & ").join([*(f"'{word}'" for word in terms[:-1]), last])
    query = func.to_tsquery("article_search", match)
    rank = func.ts_rank(_WEIGHTS, _INDEX.c.document, query, 1)
    return _INDEX.c.body_id, _INDEX.c.document.op("@@")(query), rank.desc()


def _hits(session: Session, matching: Select[int], terms: Sequence[str]) -> list[Hit]:
    ids = session.scalars(matching).all()
    options = (joinedload(Article.exam), joinedload(Article.content).load_only(ArticleBody.text))
    rows = session.scalars(select(Article).where(Article.id.in_(ids)).options(*options)).all()
    articles = {article.id: article for article in rows}
    return [Hit(articles[article_id], _snippet(articles[article_id], terms)) for article_id in ids]


def _snippet(article: Article, terms: Sequence[str]) -> Markup:
    text = article.content.text if article.content else ""
    return snippet(text, terms) or snippet(article.summary, terms) or Markup.escape(article.summary)
