"""The statement that ranks: how much each token of a query is worth, added up in the database."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from math import log

from sqlalchemy import Integer, Select, bindparam, column, func, select, table, text

from articles.models import Article, Exam
from articles.search.document import TITLE_RUN
from articles.search.lexicon import Lexicon, Phrase
from articles.search.terms import Term, required
from articles.visibility import visible
from carrel.db import UtcDateTime

MANY_TERMS = 4
_TOKENS = table("article_search_tokens", column("rowid"), column("body_id"), column("document"))
_SCORES = {
    "sqlite": """SELECT s.rowid AS body_id, sum(arm.value) AS points FROM json_each(:arms) AS arm
        JOIN article_search_tokens AS s ON s.article_search_tokens MATCH arm.key {wanted} GROUP BY s.rowid""",
    "postgresql": """SELECT s.body_id, sum(CAST(arm.value AS integer)) AS points
        FROM json_each_text(CAST(:arms AS json)) AS arm
        JOIN article_search_tokens AS s ON s.document @@ CAST(arm.key AS tsquery) {wanted} GROUP BY s.body_id""",
}
# Points are added up only for the articles that are in the answer: one word of a query may be in every second text.
# The plus keeps SQLite from asking for each of these articles by itself. PostgreSQL gained nothing by it.
_WANTED = {
    "sqlite": """WHERE +s.rowid IN
        (SELECT rowid FROM article_search_tokens WHERE article_search_tokens MATCH :match)""",
    "postgresql": "",
}
# A subselect hides its value from PostgreSQL's planner. Knowing it, the planner reads every text where an article may lack
# a word, and counts on one answer where there are many: four times the time for the slowest of a hundred questions.
_MATCHES = {
    "sqlite": "article_search_tokens.article_search_tokens MATCH :match",
    "postgresql": "article_search_tokens.document @@ (SELECT CAST(:match AS tsquery))",
}
# How much a token is worth, times the rarity of its word (from 1 to 10).
TITLE, TITLE_AS_WRITTEN, MATTERS = 10, 4, (3, 2, 3)
PRESENT = 8  # where another article may lack the word
TITLE_PAIR, PAIR = 10, 5
WHOLE_QUERY_IN_TITLE, WHOLE_TITLE, ALL_IN_TITLE_OR_ADDRESS = 60, 150, 60  # once
LITTLE_IN_TITLE, FEW_TERMS = (4, 15), 3  # "for loop" means it, a long question does not


@dataclass(frozen=True)
class Ranking:
    """A statement with its values. A row is an article's id, and the number of all."""

    statement: Select[int, int]
    values: dict[str, object]


def ranked(
    terms: Sequence[Term], lexicon: Lexicon, now: datetime, *, dialect: str, exam: Exam | None, any_term: bool
) -> Ranking:
    """The visible articles with all required terms, or with any of them, the best first."""
    write = NOTATIONS[dialect]
    wanted = required(terms)
    choices = _choices(wanted, lexicon, any_term=any_term)
    worth: dict[str, int] = {}
    for phrases, points in _arms(terms, lexicon) + (_presence(wanted, lexicon) if len(choices) > 1 else []):
        token = write([phrases])
        worth[token] = worth.get(token, 0) + points
    if len(wanted) > 1:
        worth[write([_prefixed("=.", term) for term in wanted])] = ALL_IN_TITLE_OR_ADDRESS
    match = OR[dialect].join(f"({write(choice)})" for choice in choices)
    values: dict[str, object] = {"arms": json.dumps(worth, ensure_ascii=False), "match": match, "now": now}
    return Ranking(
        _statement(dialect, exam is not None, any_term), values | ({"exam_id": exam.id} if exam else {})
    )


@cache
def _statement(dialect: str, in_exam: bool, any_term: bool) -> Select[int, int]:
    points = _SCORES[dialect].format(wanted="" if any_term else _WANTED[dialect])
    score = text(points).columns(column("body_id", Integer), column("points", Integer)).cte("score")
    body_id = _TOKENS.c.rowid if dialect == "sqlite" else _TOKENS.c.body_id
    query = select(Article.id, func.count().over()).select_from(_TOKENS)
    query = query.join(Article, Article.body_id == body_id).outerjoin(score, score.c.body_id == body_id)
    query = query.where(text(_MATCHES[dialect]), visible(bindparam("now", type_=UtcDateTime())))
    query = query.where(Article.exam_id == bindparam("exam_id")) if in_exam else query
    return query.order_by(
        (func.coalesce(score.c.points, 0) * 4 - func.length(Article.title)).desc(), Article.id
    )


Arm = tuple[tuple[Phrase, ...], int]  # any of these phrases, and what it is worth


def _arms(terms: Sequence[Term], lexicon: Lexicon) -> list[Arm]:
    arms: list[Arm] = []
    for term in terms:
        if term.is_little:
            arms.append(((("=" + term.variants[0],),), LITTLE_IN_TITLE[len(terms) <= FEW_TERMS]))
            continue
        worth = rarity(term, lexicon)
        arms.append((_prefixed("=", term), TITLE * worth))
        if term.written.isalnum():
            arms.append(((("=-" + term.written,),), TITLE_AS_WRITTEN * worth))
        arms += [(_prefixed("~" * level, term), points * worth) for level, points in enumerate(MATTERS, 1)]
    content = required(terms)
    for first, second in {*pairwise(content), *pairwise(terms)}:
        worth = max(rarity(first, lexicon), rarity(second, lexicon))
        pair = f"{first.variants[0]}_{second.variants[0]}"
        arms += [(((f"={pair}",),), TITLE_PAIR * worth), (((f"~{pair}",),), PAIR * worth)]
    essences = {"_".join(term.variants[apart] for term in content) for apart in (0, 1)}
    wholes = essences | {"_".join(term.variants[apart] for term in terms) for apart in (0, 1)}
    if len(content) <= TITLE_RUN:
        arms.append((tuple((f"={essence}",) for essence in sorted(essences)), WHOLE_QUERY_IN_TITLE))
    arms.append((tuple((f"=={whole}",) for whole in sorted(wholes)), WHOLE_TITLE))
    return arms


def _choices(terms: Sequence[Term], lexicon: Lexicon, *, any_term: bool) -> list[list[tuple[Phrase, ...]]]:
    """What an article must have: one of these lists of phrases. Of many words it may lack one."""
    if any_term:
        words = {word for term in terms for phrase in term.phrases for word in phrase}
        return [[((word,),)] for word in sorted(words)]
    if len(terms) < MANY_TERMS:
        return [[term.phrases for term in terms]]
    rarest = sorted(terms, key=lambda term: -rarity(term, lexicon))[: MANY_TERMS + 1]
    return [[term.phrases for term in rarest if term is not left_out] for left_out in rarest]


def _presence(terms: Iterable[Term], lexicon: Lexicon) -> list[Arm]:
    """That an article has a term at all counts only where another may lack it."""
    return [(term.phrases, PRESENT * rarity(term, lexicon)) for term in terms]


def _prefixed(mark: str, term: Term) -> tuple[Phrase, ...]:
    """The tokens with this mark of a term's phrases: only some marks have runs of words behind them."""
    if mark in ("=", "~"):
        return tuple((mark + "_".join(phrase),) for phrase in term.phrases)
    single = tuple((mark + phrase[0],) for phrase in term.phrases if len(phrase) == 1)
    return single or ((mark + term.phrases[0][0],),)


def rarity(term: Term, lexicon: Lexicon) -> int:
    """From 1 for a term of every article to 10 for one of few."""
    docs = max(min(lexicon.docs(word) for word in phrase) for phrase in term.phrases)
    return max(1, min(10, round(log((lexicon.size + 1) / (docs + 1)) + 1)))


def _fts5(terms: Iterable[Sequence[Phrase]]) -> str:
    groups = (" OR ".join(f'"{" ".join(phrase)}"' for phrase in phrases) for phrases in terms)
    return " AND ".join(f"({group})" for group in groups)


def _tsquery(terms: Iterable[Sequence[Phrase]]) -> str:
    groups = (
        " | ".join("(" + " <-> ".join(f"'{word}'" for word in phrase) + ")" for phrase in phrases)
        for phrases in terms
    )
    return " & ".join(f"({group})" for group in groups)


OR = {"sqlite": " OR ", "postgresql": " | "}
NOTATIONS = {"sqlite": _fts5, "postgresql": _tsquery}
