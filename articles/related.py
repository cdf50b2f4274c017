"""Related articles: those that share rare keywords and topics."""

from collections.abc import Sequence
from datetime import datetime
from math import log
from typing import TypeVarTuple

from sqlalchemy import Result, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from articles.models import Article, ArticleTopic, BodyKeyword
from articles.queries import loaded
from articles.visibility import visible

WORDS_USED = 10  # of an article's keywords, those that are rare and have a high weight
TOO_COMMON = 400  # articles; a word or topic that more of them have says little and is slow to look up
TOPIC_WEIGHT = 2.0  # a shared topic counts as much as a shared word of this weight
SAME_EXAM_FACTOR = 2.0  # readers study for one exam, so another exam's article must be much closer
BATCH = 50  # articles in one query

Columns = TypeVarTuple("Columns")
Scores = dict[int | None, float]  # by `Article.body_id`

_OTHER = aliased(BodyKeyword)
_SHARING = select(_OTHER.body_id).where(_OTHER.word == BodyKeyword.word).correlate(BodyKeyword)
# Counting stops at TOO_COMMON, as some words are in every second text.
_COUNT = select(func.count()).select_from(_SHARING.limit(TOO_COMMON + 1).subquery()).scalar_subquery()
# Written once: to put a query together takes longer than to ask it.
_TOTAL = select(func.count(Article.body_id))
_OWN_WORDS = select(BodyKeyword.word, BodyKeyword.weight, _COUNT).where(
    BodyKeyword.body_id == bindparam("body")
)
_WITH_WORDS = select(BodyKeyword.body_id, BodyKeyword.word, BodyKeyword.weight).where(
    BodyKeyword.word.in_(bindparam("words", expanding=True))
)
_TOPIC_COUNTS = (
    select(ArticleTopic.topic_id, func.count())
    .where(ArticleTopic.topic_id.in_(bindparam("topics", expanding=True)))
    .group_by(ArticleTopic.topic_id)
)
_WITH_TOPICS = select(Article.body_id, ArticleTopic.topic_id).where(
    ArticleTopic.topic_id.in_(bindparam("topics", expanding=True)), ArticleTopic.article_id == Article.id
)


def related(session: Session, article: Article, now: datetime, limit: int = 4) -> Sequence[Article]:
    """The visible articles that its author chose, or else those closest by content, the closest first."""
    ids = related_ids(session, article, now, limit)
    articles = loaded(session, ids, now)
    return [articles[article_id] for article_id in ids]


def related_ids(session: Session, article: Article, now: datetime, limit: int = 4) -> Sequence[int]:
    """Their ids."""
    if chosen := _chosen(session, article, now):
        return chosen
    total = session.connection().scalar(_TOTAL) or 0
    scores = word_scores(session, article, total)
    for body_id, score in topic_scores(session, article, total).items():
        scores[body_id] = scores.get(body_id, 0.0) + score
    scores.pop(article.body_id, None)
    return best_visible(session, article, scores, now, limit)


def _chosen(session: Session, article: Article, now: datetime) -> list[int]:
    if not (slugs := article.related):
        return []
    query = select(Article.slug, Article.id).where(Article.slug.in_(slugs), visible(now))
    ids: dict[str, int] = dict(session.execute(query).all())
    return [ids[slug] for slug in dict.fromkeys(slugs) if slug in ids]


def rarity(total: int, count: int) -> float:
    """The inverse document frequency of a word or topic."""
    return log(1 + total / count)


def word_scores(session: Session, article: Article, total: int) -> Scores:
    """Scores by shared keywords."""
    values = {word: weight * rarity(total, count) for word, weight, count in shared_words(session, article)}
    chosen = sorted(values, key=lambda word: (-values[word], word))[:WORDS_USED]
    scores: Scores = {}
    for body_id, word, weight in _rows(session, _WITH_WORDS, words=chosen):
        scores[body_id] = scores.get(body_id, 0.0) + values[word] * weight
    return scores


def shared_words(session: Session, article: Article) -> Sequence[tuple[str, float, int]]:
    """The keywords that other articles have too, their weights, and how many articles have them."""
    return [row for row in _rows(session, _OWN_WORDS, body=article.body_id) if 2 <= row[2] <= TOO_COMMON]


def topic_scores(session: Session, article: Article, total: int) -> Scores:
    """Scores by shared topics."""
    ids = [topic.id for topic in article.topics]
    counts: dict[int, int] = dict(_rows(session, _TOPIC_COUNTS, topics=ids).all())
    values = {
        topic: TOPIC_WEIGHT**2 * rarity(total, count)
        for topic, count in counts.items()
        if count <= TOO_COMMON
    }
    scores: Scores = {}
    for body_id, topic in _rows(session, _WITH_TOPICS, topics=list(values)):
        scores[body_id] = scores.get(body_id, 0.0) + values[topic]
    return scores


def best_visible(session: Session, article: Article, scores: Scores, now: datetime, limit: int) -> list[int]:
    """The ids of the best visible articles. Stops when no later one can be among them."""
    ranked = sorted(scores, key=lambda body_id: -scores[body_id])
    best: list[tuple[float, int]] = []  # by falling score, then by id
    for start in range(0, len(ranked), BATCH):
        batch = ranked[start : start + BATCH]
        if len(best) == limit and -best[-1][0] > scores[batch[0]] * SAME_EXAM_FACTOR:
            break
        query = select(Article.id, Article.body_id, Article.exam_id).where(Article.body_id.in_(batch))
        for article_id, body_id, exam_id in _rows(session, query.where(visible(now))):
            best.append(
                (-scores[body_id] * (SAME_EXAM_FACTOR if exam_id == article.exam_id else 1), article_id)
            )
        best = sorted(best)[:limit]
    return [article_id for _, article_id in best]


def _rows(session: Session, columns: Select[*Columns], **values: object) -> Result[*Columns]:
    """Plain columns past the ORM, which would look at each of hundreds of rows."""
    return session.connection().execute(columns, values)
