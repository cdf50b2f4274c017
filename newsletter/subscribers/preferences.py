"""What one can subscribe to, and what a subscriber chose."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete
from sqlalchemy.orm import Session

from articles import queries
from articles.models import Exam, Topic
from carrel import clock
from carrel.db import insert_new
from newsletter.subscribers.models import Frequency, Subscriber, Subscription


class InvalidPreferencesError(ValueError):
    """A form asked for something that cannot be subscribed to. `field` names it; the message is for the person."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Preferences:
    """Exams and topics by id, and a frequency."""

    exams: tuple[int, ...]
    topics: tuple[int, ...]
    frequency: Frequency


@dataclass(frozen=True)
class SubscriptionOptions:
    """What one can subscribe to: exams in the publisher's order, topics by name."""

    exams: Sequence[Exam]
    topics: Sequence[Topic]

    @property
    def exam_ids(self) -> dict[str, int]:
        """Exams by slug."""
        return {exam.slug: exam.id for exam in self.exams}

    @property
    def topic_ids(self) -> dict[str, int]:
        """Topics by slug."""
        return {topic.slug: topic.id for topic in self.topics}


def subscription_options(session: Session) -> SubscriptionOptions:
    """Everything that has something to read."""
    now = clock.now()
    return SubscriptionOptions(
        queries.exams(session, now), [topic.topic for topic in queries.topics(session, now)]
    )


def parse_preferences(
    options: SubscriptionOptions, exams: Iterable[str], topics: Iterable[str], frequency: str
) -> Preferences:
    """Preferences from the slugs and the frequency that a form sent. Raises `InvalidPreferencesError`."""
    if frequency not in set(Frequency):
        raise InvalidPreferencesError("pace", "Choose how often: each article, daily, weekly or monthly.")
    return Preferences(
        _ids(options.exam_ids, exams, "exam"), _ids(options.topic_ids, topics, "topic"), Frequency(frequency)
    )


def default_to_all_exams(options: SubscriptionOptions, preferences: Preferences) -> Preferences:
    """The preferences, with every exam when they name nothing."""
    if preferences.exams or preferences.topics:
        return preferences
    return replace(preferences, exams=tuple(options.exam_ids.values()))


def _ids(ids: dict[str, int], slugs: Iterable[str], field: str) -> tuple[int, ...]:
    wanted = set(slugs)
    if unknown := wanted - ids.keys():
        raise InvalidPreferencesError(
            field, f"There is no {field} {min(unknown)[:40]!r} here. Choose from the list."
        )
    return tuple(ids[slug] for slug in ids if slug in wanted)


def add_subscriptions(
    session: Session, subscriber_id: int, exams: Collection[int], topics: Collection[int]
) -> None:
    """Subscribe to these as well. A subscription that exists keeps its `since`."""
    now = clock.now()
    for exam_id in exams:
        insert_new(session, Subscription, subscriber_id=subscriber_id, exam_id=exam_id, since=now)
    for topic_id in topics:
        insert_new(session, Subscription, subscriber_id=subscriber_id, topic_id=topic_id, since=now)


def replace_subscriptions(session: Session, subscriber: Subscriber, preferences: Preferences) -> None:
    """Subscribe to exactly these, at this frequency."""
    deleting = delete(Subscription).where(Subscription.subscriber_id == subscriber.id)
    exam, topic = Subscription.exam_id, Subscription.topic_id
    session.execute(deleting.where(exam.is_not(None), exam.not_in(preferences.exams)))
    session.execute(deleting.where(topic.is_not(None), topic.not_in(preferences.topics)))
    add_subscriptions(session, subscriber.id, preferences.exams, preferences.topics)
    subscriber.frequency = preferences.frequency
    session.expire(subscriber, ["subscriptions"])
