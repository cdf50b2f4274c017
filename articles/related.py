"""Which articles are related: those that share rare words and topics."""

from collections.abc import Sequence
from datetime import datetime
from math import log

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from articles.library import articles_by_id
from articles.models import Article, ArticleTopic, BodyKeyword
from articles.visibility import visible

TELLING = 10  # how many of an article's words are asked for: those that are rare and weigh much
TOO_COMMON = 400  # a word that so many share says little, and asking who has it takes long
TOPIC_WEIGHT = 2.0  # sharing a topic is worth as much as sharing a word of this weight
OWN_EXAM = 2.0  # who studies for an exam reads on for that exam, unless another has much more to say

Scores = dict[int, float]


def related(session: Session, article: Article, now: datetime, limit: int = 4) -> Sequence[Article]:
    """The visible articles nearest to one by content, the nearest first."""
    total = session.scalar(select(func.count()).select_from(Article).where(visible(now))) or 0
    scores = _by_words(session, article, total)
    for article_id, score in _by_topics(session, article, total).items():
        scores[article_id] = scores.get(article_id, 0.0) + score
    scores.pop(article.id, None)
    for article_id in _of_the_same_exam(session, article, scores):
        scores[article_id] *= OWN_EXAM
    return _visible_best(session, scores, now, limit)


def _rarity(total: int, count: int) -> float:
    return log(1 + total / count)


def _by_words(session: Session, article: Article, total: int) -> Scores:
    own = (
        select(BodyKeyword.word, BodyKeyword.weight).where(BodyKeyword.body_id == article.body_id).subquery()
    )
    counted = (
        select(own.c.word, own.c.weight, func.count())
        .join(BodyKeyword, BodyKeyword.word == own.c.word)
        .group_by(own.c.word, own.c.weight)
        .having(func.count().between(2, TOO_COMMON))
    )
    worth = {word: weight * _rarity(total, count) for word, weight, count in session.execute(counted)}
    chosen = sorted(worth, key=lambda word: (-worth[word], word))[:TELLING]
    sharing = (
        select(Article.id, BodyKeyword.word, BodyKeyword.weight)
        .join(BodyKeyword, BodyKeyword.body_id == Article.body_id)
        .where(BodyKeyword.word.in_(chosen))
    )
    scores: Scores = {}
    for article_id, word, weight in session.execute(sharing):
        scores[article_id] = scores.get(article_id, 0.0) + worth[word] * weight
    return scores


def _by_topics(session: Session, article: Article, total: int) -> Scores:
    ids = [topic.id for topic in article.topics]
    counted = select(ArticleTopic.topic_id, func.count()).where(ArticleTopic.topic_id.in_(ids))
    counts = dict(session.execute(counted.group_by(ArticleTopic.topic_id)).all())
    worth = {
        topic: TOPIC_WEIGHT**2 * _rarity(total, count)
        for topic, count in counts.items()
        if count <= TOO_COMMON
    }
    sharing = select(ArticleTopic.article_id, ArticleTopic.topic_id).where(ArticleTopic.topic_id.in_(worth))
    scores: Scores = {}
    for article_id, topic in session.execute(sharing):
        scores[article_id] = scores.get(article_id, 0.0) + worth[topic]
    return scores


def _of_the_same_exam(session: Session, article: Article, scores: Scores) -> Sequence[int]:
    same = select(Article.id).where(Article.exam_id == article.exam_id, Article.id.in_(scores))
    return session.scalars(same).all()


def _visible_best(session: Session, scores: Scores, now: datetime, limit: int) -> Sequence[Article]:
    """The best that are visible: a few more are asked for at a time than are wanted."""
    ranked = sorted(scores, key=lambda article_id: (-scores[article_id], article_id))
    best: list[Article] = []
    for start in range(0, len(ranked), 50):
        some = ranked[start : start + 50]
        found = {article.id: article for article in articles_by_id(session, some, now)}
        best += [found[article_id] for article_id in some if article_id in found]
        if len(best) >= limit:
            break
    return best[:limit]
