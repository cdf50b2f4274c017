"""The three formats of a feed."""

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.feeds.feed import Feed, cleaned
from newsletter.feeds.json_feed import JSON, json_feed
from newsletter.feeds.xml import ATOM, RSS, atom, rss


@dataclass(frozen=True)
class FeedFormat:
    """A format: the name of its file, its media type, and how a feed is written in it."""

    file: str
    name: str
    media_type: str
    write: Callable[[Feed, str], str]


FORMATS = {
    feed_format.file: feed_format
    for feed_format in (
        FeedFormat("feed.xml", "RSS", RSS, rss),
        FeedFormat("atom.xml", "Atom", ATOM, atom),
        FeedFormat("feed.json", "JSON", JSON, lambda feed, _stylesheet: json_feed(feed)),
    )
}


def write(feed: Feed, file: str, stylesheet: str) -> str:
    """The feed in the format of that file name. `stylesheet`: the address of the CSS for people who open it."""
    return FORMATS[file].write(cleaned(feed), stylesheet)
