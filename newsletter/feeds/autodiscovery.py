"""How browsers and feed readers find the feeds of a page: for `meta.feeds`."""

from articles.models import Exam, Topic
from newsletter.feeds.formats import FORMATS

FeedLinks = list[tuple[str, str, str]]  # title, media type, path


def site_feeds(site_name: str) -> FeedLinks:
    """The feeds of everything."""
    return _under("/", site_name)


def exam_feeds(exam: Exam) -> FeedLinks:
    """The feeds of one exam."""
    return _under(exam.url, exam.name)


def topic_feeds(topic: Topic) -> FeedLinks:
    """The feeds of one topic."""
    return _under(topic.url, topic.name)


def _under(path: str, title: str) -> FeedLinks:
    return [(f"{title} ({each.name})", each.media_type, path + each.file) for each in FORMATS.values()]
