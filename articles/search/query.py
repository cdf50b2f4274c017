"""Search over title, summary and text, ranked in that order; any input is only ever words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, column, func, literal_column, select, table
from sqlalchemy.orm import Session, joinedload

from articles.build.words import words
from articles.models import Article, Exam
from articles.search.snippets import snippet
from articles.visibility import visible

LONGEST_QUERY = 1_000  # characters that are looked at
MOST_WORDS = 12
LONGEST_WORD = 40
_INDEX = table("article_search", column("rowid"), column("body_id"), column("document"))
_WEIGHTS: ColumnElement[Any] = literal_column(
    "'{0.02, 0.1, 0.3, 1.0}'::real[]"
)  # text, nothing, summary, title


@dataclass(frozen=True)
class Hit:
    """An article that was found, and the place in it, with the words marked."""

    article: Article
    snippet: Markup


@dataclass(frozen=True)
class Found:
    """How many articles were found in all, and those that were asked for."""

    total: int
    hits: list[Hit]


def search(
    session: Session, query: str, now: datetime, *, exam: Exam | None = None, limit: int = 20, offset: int = 0
) -> Found:
    """The visible articles that have all words of the query, or else any; the last word may be a beginning."""
    asked = [word[:LONGEST_WORD] for word in words(query[:LONGEST_QUERY])[:MOST_WORDS]]
    if not asked:
        return Found(0, [])
    for any_word in (False, True):
        matching = _matching(session, asked, any_word, now, exam)
        if total := session.scalar(select(func.count()).select_from(matching.subquery())):
            return Found(total, _hits(session, matching.limit(limit).offset(offset), asked))
    return Found(0, [])


def _matching(
    session: Session, asked: list[str], any_word: bool, now: datetime, exam: Exam | None
) -> Select[int]:
    """The ids of the articles, the best first."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    body_id, matches, rank = _fts5(asked, any_word) if is_sqlite else _tsvector(asked, any_word)
    query = select(Article.id).select_from(_INDEX).join(Article, Article.body_id == body_id)
    query = query.where(matches, visible(now)).order_by(rank, Article.id)
    return query.where(Article.exam_id == exam.id) if exam else query


Parts = tuple[ColumnElement[Any], ColumnElement[bool], ColumnElement[Any]]


def _fts5(asked: list[str], any_word: bool) -> Parts:
    last = f'("{asked[-1]}" OR "{asked[-1]}" *)'
    terms = (" OR " if any_word else " AND ").join([*(f'"{word}"' for word in asked[:-1]), last])
    name: ColumnElement[Any] = literal_column("article_search")
    # Each column by itself: in one sum a word that the text repeats would count as much as one in the title.
    title, summary, text = (func.bm25(name, *weights) for weights in ((1, 0, 0), (0, 1, 0), (0, 0, 1)))
    return _INDEX.c.rowid, name.op("MATCH")(terms), title * 10 + summary * 4 + text


def _tsvector(asked: list[str], any_word: bool) -> Parts:
    last = f"('{asked[-1]}' | '{asked[-1]}':*)"
    terms = (" | " if any_word else " & ").join([*(f"'{word}'" for word in asked[:-1]), last])
    query = func.to_tsquery("article_search", terms)
    rank = func.ts_rank(_WEIGHTS, _INDEX.c.document, query, 1)
    return _INDEX.c.body_id, _INDEX.c.document.op("@@")(query), rank.desc()


def _hits(session: Session, matching: Select[int], asked: Sequence[str]) -> list[Hit]:
    ids = session.scalars(matching).all()
    options = (joinedload(Article.exam), joinedload(Article.content))
    rows = session.scalars(select(Article).where(Article.id.in_(ids)).options(*options)).all()
    found = {article.id: article for article in rows}
    return [Hit(found[each], _place(found[each], asked)) for each in ids]


def _place(article: Article, asked: Sequence[str]) -> Markup:
    text = article.content.text if article.content else ""
    return snippet(text, asked) or snippet(article.summary, asked) or Markup.escape(article.summary)
