"""RSS 2.0 and Atom, through feedgenerator. A property test holds its traps shut: see tests/newsletter/feeds."""

from datetime import datetime
from html import escape
from typing import Any

from feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed

from newsletter.feeds.browser_view import XHTML, add_entry_aid, add_feed_aid
from newsletter.feeds.feed import Feed, FeedItem

RSS = "application/rss+xml"
ATOM = "application/atom+xml"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
MEDIA = "http://search.yahoo.com/mrss/"


class _Extended:
    """What both formats say about a feed beyond feedgenerator's own: its own time, and the aid for people."""

    feed: dict[str, Any]

    def latest_post_date(self) -> datetime:
        """When the feed changed: an article that left is a change too."""
        changed: datetime = self.feed["changed"]
        return changed

    def add_root_elements(self, handler: Any) -> None:
        """Add the sentence for people who open the feed."""
        super().add_root_elements(handler)  # type: ignore[misc]
        add_feed_aid(handler, self.feed["link"])


class _Rss(_Extended, Rss201rev2Feed):  # type: ignore[misc]  # feedgenerator is untyped
    def rss_attributes(self) -> dict[str, str]:
        """The prefixes of all that is no RSS."""
        return {
            **super().rss_attributes(),
            "xmlns:content": CONTENT,
            "xmlns:media": MEDIA,
            "xmlns:xhtml": XHTML,
        }

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Add the whole text, which RSS itself has no room for."""
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content"])
        _add_extras(handler, item)


class _Atom(_Extended, Atom1Feed):  # type: ignore[misc]
    def root_attributes(self) -> dict[str, str]:
        """The prefixes of all that is no Atom."""
        return {**super().root_attributes(), "xmlns:media": MEDIA, "xmlns:xhtml": XHTML}

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Add the summary as the plain text it is; feedgenerator would call it HTML."""
        super().add_item_elements(handler, item | {"description": None})
        handler.addQuickElement("summary", item["description"])
        _add_extras(handler, item)


def _add_extras(handler: Any, item: dict[str, Any]) -> None:
    if item["image"]:
        handler.addQuickElement("media:thumbnail", None, {"url": item["image"].url})
    add_entry_aid(handler, item["link"])


def rss(feed: Feed, stylesheet: str) -> str:
    """The feed as RSS 2.0. `stylesheet` is the address of the CSS for people who open it."""
    return _document(_Rss, feed, stylesheet)


def atom(feed: Feed, stylesheet: str) -> str:
    """The feed as Atom (RFC 4287)."""
    return _document(_Atom, feed, stylesheet)


def _document(kind: type[SyndicationFeed], feed: Feed, stylesheet: str) -> str:
    document = kind(
        title=feed.title,
        link=feed.home,
        description=feed.description or feed.title,
        language="en",
        author_name=feed.author,
        feed_url=feed.address,
        feed_guid=feed.id,
        changed=feed.changed,
    )
    for entry in feed.entries:
        _add(document, entry)
    declaration, _, body = document.writeString("utf-8").partition("\n")
    return f'{declaration}\n<?xml-stylesheet type="text/css" href="{escape(stylesheet)}"?>\n{body}'


def _add(document: SyndicationFeed, entry: FeedItem) -> None:
    document.add_item(
        title=entry.title,
        link=entry.url,
        description=entry.summary,
        content=entry.html,
        author_name=entry.author,
        unique_id=entry.id,
        unique_id_is_permalink=False,
        pubdate=entry.published,
        updateddate=entry.updated,
        categories=entry.categories,
        image=entry.image,
    )
