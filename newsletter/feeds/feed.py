"""A feed as data, before any format is chosen."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from carrel.languages import AMERICAN

# XML 1.0, 2.2: these characters cannot stand in a document, not even escaped. Lone surrogates are among them.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class FeedImage:
    """The picture of an article; `url` is absolute."""

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
    language: str = AMERICAN


@dataclass(frozen=True)
class Feed:
    """Articles, newest first. `home` is the page it belongs to; a feed whose URL is a secret has no
    `self_url`. `changed` is when a reader of the feed would last have seen a difference."""

    id: str
    title: str
    description: str
    home: str
    self_url: str | None
    author: str
    changed: datetime
    items: tuple[FeedItem, ...] = ()
    language: str = AMERICAN


def cleaned(feed: Feed) -> Feed:
    """The feed without the characters that no format can carry (CON-05)."""
    return replace(
        feed,
        title=clean(feed.title),
        description=clean(feed.description),
        author=clean(feed.author),
        items=tuple(_cleaned_item(item) for item in feed.items),
    )


def _cleaned_item(item: FeedItem) -> FeedItem:
    return replace(
        item,
        title=clean(item.title).strip() or "Untitled",
        summary=clean(item.summary),
        html=clean(item.html),
        author=clean(item.author),
        categories=tuple(clean(category) for category in item.categories),
    )


def clean(text: str) -> str:
    """Text without control characters, lone surrogates and non-characters."""
    return FORBIDDEN.sub("", text)
