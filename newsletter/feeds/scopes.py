"""What a feed is about: the whole site, an exam, or a topic."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from articles import queries
from articles.models import Article, ArticleTopic
from carrel.settings import Settings


class FeedNotFoundError(Exception):
    """There is no exam or topic of that slug with anything to read."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


@dataclass(frozen=True)
class Scope:
    """Which articles belong to a feed. `key` never changes; `home` is the path of the page it belongs to."""

    key: str
    title: str
    description: str
    home: str
    belongs: ColumnElement[bool]
    language: str | None = None  # without one, the site's


def of_site(settings: Settings) -> Scope:
    """Every article."""
    return Scope("site", settings.site_name, settings.site_tagline, "/", true())


def of_exam(session: Session, settings: Settings, slug: str, now: datetime) -> Scope:
    """The articles of one exam. Raises `FeedNotFoundError`."""
    exam = queries.find_exam(session, slug, now)
    if exam is None:
        raise FeedNotFoundError(slug)
    title = f"{exam.name} – {settings.site_name}"
    return Scope(f"exam/{exam.id}", title, exam.summary, exam.url, Article.exam_id == exam.id, exam.lang)


def of_topic(session: Session, settings: Settings, slug: str, now: datetime) -> Scope:
    """The articles about one topic, whatever the exam. Raises `FeedNotFoundError`."""
    topic = queries.find_topic(session, slug, now)
    if topic is None:
        raise FeedNotFoundError(slug)
    about = select(ArticleTopic.article_id).where(ArticleTopic.topic_id == topic.id)
    title = f"{topic.name} – {settings.site_name}"
    return Scope(f"topic/{topic.id}", title, f"Articles about {topic.name}", topic.url, Article.id.in_(about))
