"""Related articles: those that share rare keywords and topics."""

from collections.abc import Sequence
from datetime import datetime
from math import log

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from articles.models import Article, ArticleTopic, BodyKeyword
from articles.queries import articles_by_id, visible_articles
from articles.visibility import visible

WORDS_USED = 10  # of an article's keywords, those that are rare and have a high weight
TOO_COMMON = 400  # articles; a word or topic that more of them have says little and is slow to look up
TOPIC_WEIGHT = 2.0  # a shared topic counts as much as a shared word of this weight
SAME_EXAM_FACTOR = 2.0  # readers study for one exam, so another exam's article must be much closer
BATCH = 50  # articles in one query

Scores = dict[int | None, float]  # by `Article.body_id`

_OTHER = aliased(BodyKeyword)
_SHARING = select(_OTHER.body_id).where(_OTHER.word == BodyKeyword.word).correlate(BodyKeyword)
# Counting stops at TOO_COMMON, as some words are in every second text.
_COUNT = select(func.count()).select_from(_SHARING.limit(TOO_COMMON + 1).subquery()).scalar_subquery()


def related(session: Session, article: Article, now: datetime, limit: int = 4) -> Sequence[Article]:
    """The visible articles that its author chose, or else those closest by content, the closest first."""
    if chosen := _chosen(session, article, now):
        return chosen
    total = session.scalar(select(func.count(Article.body_id))) or 0
    scores = word_scores(session, article, total)
    for body_id, score in topic_scores(session, article, total).items():
        scores[body_id] = scores.get(body_id, 0.0) + score
    scores.pop(article.body_id, None)
    ids = best_visible(session, article, scores, now, limit)
    articles = {article.id: article for article in articles_by_id(session, ids, now)}
    return [articles[article_id] for article_id in ids]


def _chosen(session: Session, article: Article, now: datetime) -> list[Article]:
    slugs = article.related or []
    found = session.scalars(visible_articles(now).where(Article.slug.in_(slugs))).all() if slugs else []
    return sorted(found, key=lambda other: slugs.index(other.slug))


def rarity(total: int, count: int) -> float:
    """The inverse document frequency of a word or topic."""
    return log(1 + total / count)


def word_scores(session: Session, article: Article, total: int) -> Scores:
    """Scores by shared keywords."""
    values = {word: weight * rarity(total, count) for word, weight, count in shared_words(session, article)}
    chosen = sorted(values, key=lambda word: (-values[word], word))[:WORDS_USED]
    sharing = select(BodyKeyword.body_id, BodyKeyword.word, BodyKeyword.weight)
    scores: Scores = {}
    for body_id, word, weight in session.execute(sharing.where(BodyKeyword.word.in_(chosen))):
        scores[body_id] = scores.get(body_id, 0.0) + values[word] * weight
    return scores


def shared_words(session: Session, article: Article) -> Sequence[tuple[str, float, int]]:
    """The keywords that other articles have too, their weights, and how many articles have them."""
    own = select(BodyKeyword.word, BodyKeyword.weight, _COUNT).where(BodyKeyword.body_id == article.body_id)
    return [row for row in session.execute(own) if 2 <= row[2] <= TOO_COMMON]


def topic_scores(session: Session, article: Article, total: int) -> Scores:
    """Scores by shared topics."""
    ids = [topic.id for topic in article.topics]
    counted = select(ArticleTopic.topic_id, func.count()).where(ArticleTopic.topic_id.in_(ids))
    counts = dict(session.execute(counted.group_by(ArticleTopic.topic_id)).all())
    values = {
        topic: TOPIC_WEIGHT**2 * rarity(total, count)
        for topic, count in counts.items()
        if count <= TOO_COMMON
    }
    sharing = select(Article.body_id, ArticleTopic.topic_id).where(ArticleTopic.topic_id.in_(values))
    scores: Scores = {}
    for body_id, topic in session.execute(sharing.where(ArticleTopic.article_id == Article.id)):
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
        for article_id, body_id, exam_id in session.execute(query.where(visible(now))):
            best.append(
                (-scores[body_id] * (SAME_EXAM_FACTOR if exam_id == article.exam_id else 1), article_id)
            )
        best = sorted(best)[:limit]
    return [article_id for _, article_id in best]
