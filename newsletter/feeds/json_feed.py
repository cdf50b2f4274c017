"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json

from newsletter.feeds.feed import Feed, FeedItem

JSON = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(feed: Feed) -> str:
    """The feed as JSON Feed 1.1."""
    address = {"feed_url": feed.address} if feed.address else {}
    document = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.home,
        **address,
        "description": feed.description,
        "authors": [{"name": feed.author}],
        "language": "en",
        "items": [_item(entry) for entry in feed.entries],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _item(entry: FeedItem) -> dict[str, object]:
    image = {"image": entry.image.url} if entry.image else {}
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.html,
        **image,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": entry.author}],
        "tags": list(entry.categories),
    }
