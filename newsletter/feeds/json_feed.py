"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json

from newsletter.feeds.feed import Feed, FeedItem

JSON = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(feed: Feed) -> str:
    """The feed as JSON Feed 1.1."""
    feed_url = {"feed_url": feed.self_url} if feed.self_url else {}
    document = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.home,
        **feed_url,
        "description": feed.description,
        "authors": [{"name": feed.author}],
        "language": feed.language,
        "items": [_item(item, feed.language) for item in feed.items],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _item(item: FeedItem, around: str) -> dict[str, object]:
    image = {"image": item.image.url} if item.image else {}
    language = {"language": item.language} if item.language != around else {}
    return {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "content_html": item.html,
        **image,
        **language,
        "date_published": item.published.isoformat(),
        "date_modified": item.updated.isoformat(),
        "authors": [{"name": item.author}],
        "tags": list(item.categories),
    }
