"""How browsers and feed readers find the feeds of a page: for `meta.feeds`."""

from articles.models import Exam, Topic
from newsletter.feeds.formats import FORMATS

FeedLinks = list[tuple[str, str, str]]  # title, media type, path


def site_feeds(site_name: str) -> FeedLinks:
    """The feeds of everything."""
    return _links("/", site_name)


def exam_feeds(exam: Exam) -> FeedLinks:
    """The feeds of one exam."""
    return _links(exam.url, exam.name)


def topic_feeds(topic: Topic) -> FeedLinks:
    """The feeds of one topic."""
    return _links(topic.url, topic.name)


def _links(path: str, title: str) -> FeedLinks:
    return [
        (f"{title} ({feed_format.name})", feed_format.media_type, path + feed_format.file)
        for feed_format in FORMATS.values()
    ]
