"""Which articles are related: those that share rare words and topics."""

from collections.abc import Sequence
from datetime import datetime
from math import log

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from articles.models import Article, ArticleTopic, BodyKeyword
from articles.queries import articles_by_id
from articles.visibility import visible

TELLING = 10  # how many of an article's words are asked for: those that are rare and weigh much
TOO_COMMON = 400  # a word that so many share says little, and asking who has it takes long
TOPIC_WEIGHT = 2.0  # sharing a topic is worth as much as sharing a word of this weight
OWN_EXAM = 2.0  # who studies for an exam reads on for that exam, unless another has much more to say
TOGETHER = 50  # articles asked for at a time

Scores = dict[int | None, float]  # by `Article.body_id`

_OTHER = aliased(BodyKeyword)
_SHARING = select(_OTHER.body_id).where(_OTHER.word == BodyKeyword.word).correlate(BodyKeyword)
# Counting ends where a word is too common: some are in every second text.
_COUNT = select(func.count()).select_from(_SHARING.limit(TOO_COMMON + 1).subquery()).scalar_subquery()


def related(session: Session, article: Article, now: datetime, limit: int = 4) -> Sequence[Article]:
    """The visible articles nearest to one by content, the nearest first."""
    total = session.scalar(select(func.count(Article.body_id))) or 0
    scores = _by_words(session, article, total)
    for body_id, score in _by_topics(session, article, total).items():
        scores[body_id] = scores.get(body_id, 0.0) + score
    scores.pop(article.body_id, None)
    best = _best(session, article, scores, now, limit)
    found = {each.id: each for each in articles_by_id(session, best, now)}
    return [found[article_id] for article_id in best]


def _rarity(total: int, count: int) -> float:
    return log(1 + total / count)


def _by_words(session: Session, article: Article, total: int) -> Scores:
    worth = {word: weight * _rarity(total, count) for word, weight, count in _words_of(session, article)}
    chosen = sorted(worth, key=lambda word: (-worth[word], word))[:TELLING]
    sharing = select(BodyKeyword.body_id, BodyKeyword.word, BodyKeyword.weight)
    scores: Scores = {}
    for body_id, word, weight in session.execute(sharing.where(BodyKeyword.word.in_(chosen))):
        scores[body_id] = scores.get(body_id, 0.0) + worth[word] * weight
    return scores


def _words_of(session: Session, article: Article) -> Sequence[tuple[str, float, int]]:
    """Those of an article's words that others have too, their weights, and how many texts have them."""
    own = select(BodyKeyword.word, BodyKeyword.weight, _COUNT).where(BodyKeyword.body_id == article.body_id)
    return [row for row in session.execute(own) if 2 <= row[2] <= TOO_COMMON]


def _by_topics(session: Session, article: Article, total: int) -> Scores:
    ids = [topic.id for topic in article.topics]
    counted = select(ArticleTopic.topic_id, func.count()).where(ArticleTopic.topic_id.in_(ids))
    counts = dict(session.execute(counted.group_by(ArticleTopic.topic_id)).all())
    worth = {
        topic: TOPIC_WEIGHT**2 * _rarity(total, count)
        for topic, count in counts.items()
        if count <= TOO_COMMON
    }
    sharing = select(Article.body_id, ArticleTopic.topic_id).where(ArticleTopic.topic_id.in_(worth))
    scores: Scores = {}
    for body_id, topic in session.execute(sharing.where(ArticleTopic.article_id == Article.id)):
        scores[body_id] = scores.get(body_id, 0.0) + worth[topic]
    return scores


def _best(session: Session, article: Article, scores: Scores, now: datetime, limit: int) -> list[int]:
    """The ids of the best that are visible. No more are looked at than may be among them."""
    ranked = sorted(scores, key=lambda body_id: -scores[body_id])
    best: list[tuple[float, int]] = []  # by falling score, then by id
    for start in range(0, len(ranked), TOGETHER):
        some = ranked[start : start + TOGETHER]
        if len(best) == limit and -best[-1][0] > scores[some[0]] * OWN_EXAM:
            break
        query = select(Article.id, Article.body_id, Article.exam_id).where(Article.body_id.in_(some))
        for article_id, body_id, exam_id in session.execute(query.where(visible(now))):
            best.append((-scores[body_id] * (OWN_EXAM if exam_id == article.exam_id else 1), article_id))
        best = sorted(best)[:limit]
    return [article_id for _, article_id in best]
