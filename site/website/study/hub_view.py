"""What there is to study in an exam: items by domain, topic and article."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from articles import queries
from articles.items import CHECKED_KINDS
from articles.models import Article, Domain, Exam, Topic
from articles.study_items import ItemPlace, item_places

CARD_KINDS = ("card", "term")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many items can be practiced, and how many cards and terms there are."""

    questions: int = 0
    cards: int = 0
    terms: int = 0  # of the cards

    @classmethod
    def of(cls, places: Iterable[ItemPlace]) -> "Counts":
        """The counts of these items. A case is none by itself."""
        kinds = Counter(place.kind for place in places)
        return cls(
            sum(kinds[kind] for kind in CHECKED_KINDS),
            sum(kinds[kind] for kind in CARD_KINDS),
            kinds["term"],
        )


@dataclass(frozen=True, slots=True)
class HubView:
    """An exam's items: in all, and where they are. Nothing without an item is listed."""

    counts: Counts
    domains: list[tuple[Domain, int]]
    topics: list[tuple[Topic, int]]
    articles: list[tuple[Article, Counts]]


def hub_view(session: Session, exam: Exam, now: datetime) -> HubView | None:
    """What there is to study; None if there is nothing."""
    places = item_places(session, exam, now)
    if not places:
        return None
    articles = queries.exam_articles(session, exam, now)
    by_article: dict[int, list[ItemPlace]] = {}
    for place in places:
        by_article.setdefault(place.article_id, []).append(place)
    counted = [(article, Counts.of(by_article.get(article.id, ()))) for article in articles]
    listed = [(article, counts) for article, counts in counted if counts.questions or counts.cards]
    by_domain = Counter(place.domain for place in places if place.kind in CHECKED_KINDS)
    return HubView(
        Counts.of(places),
        [(domain, by_domain[domain.slug]) for domain in exam.domains if by_domain[domain.slug]],
        _topics(listed),
        listed,
    )


def _topics(articles: Sequence[tuple[Article, Counts]]) -> list[tuple[Topic, int]]:
    """How many questions each topic has, by name."""
    topics: dict[int, Topic] = {}
    numbers: Counter[int] = Counter()
    for article, counts in articles:
        for topic in article.topics:
            topics[topic.id] = topic
            numbers[topic.id] += counts.questions
    named = sorted(topics.values(), key=lambda topic: topic.name.casefold())
    return [(topic, numbers[topic.id]) for topic in named if numbers[topic.id]]
