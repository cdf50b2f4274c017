"""A feed as data: what it says, before any format is chosen."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

# XML 1.0, 2.2: these characters cannot stand in a document, not even escaped. Lone surrogates are among them.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class FeedImage:
    """A picture that stands for an article; `url` is absolute."""

    url: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class FeedItem:
    """One article. `id` never changes, not even when the file is renamed; `url` is absolute; times are aware."""

    id: str
    url: str
    title: str
    summary: str
    html: str
    author: str
    published: datetime
    updated: datetime
    categories: tuple[str, ...] = ()
    image: FeedImage | None = None


@dataclass(frozen=True)
class Feed:
    """Articles, newest first. `home` is the page it belongs to; a feed whose address is a secret has no
    `address`. `changed` is when a reader of the feed would last have seen a difference."""

    id: str
    title: str
    description: str
    home: str
    address: str | None
    author: str
    changed: datetime
    entries: tuple[FeedItem, ...] = ()


def cleaned(feed: Feed) -> Feed:
    """The feed without the characters that no format can carry (CON-05)."""
    return replace(
        feed,
        title=clean(feed.title),
        description=clean(feed.description),
        author=clean(feed.author),
        entries=tuple(_cleaned_entry(entry) for entry in feed.entries),
    )


def _cleaned_entry(entry: FeedItem) -> FeedItem:
    return replace(
        entry,
        title=clean(entry.title).strip() or "Untitled",
        summary=clean(entry.summary),
        html=clean(entry.html),
        author=clean(entry.author),
        categories=tuple(clean(category) for category in entry.categories),
    )


def clean(text: str) -> str:
    """Text without control characters, lone surrogates and non-characters."""
    return FORBIDDEN.sub("", text)
