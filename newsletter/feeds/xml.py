"""RSS 2.0 and Atom, through feedgen. The property test in tests/newsletter/feeds guards its pitfalls."""

from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from newsletter.feeds.browser_view import ArticleLink, FeedNotice
from newsletter.feeds.feed import Feed, FeedItem

RSS = "application/rss+xml"
ATOM = "application/atom+xml"


class OmittedDate(datetime):
    """A date that feedgen leaves out. Writing one in RSS, it sets the locale of the whole process for a moment."""

    def __bool__(self) -> bool:
        return False


class RssFeedDate(BaseExtension):  # type: ignore[misc]  # feedgen is untyped
    """Writes the date of an RSS channel instead."""

    changed: datetime

    def extend_rss(self, feed: Any) -> Any:
        """Add the date."""
        etree.SubElement(feed[0], "lastBuildDate").text = format_datetime(self.changed)
        return feed


class RssItemDate(BaseEntryExtension):  # type: ignore[misc]
    """Writes the date of an RSS item instead."""

    published: datetime

    def extend_rss(self, entry: Any) -> Any:
        """Add the date."""
        etree.SubElement(entry, "pubDate").text = format_datetime(self.published)
        return entry


def rss(feed: Feed, stylesheet: str) -> str:
    """The feed as RSS 2.0. `stylesheet` is the address of the CSS for people who open it."""
    generator = _generator(feed, RSS)
    generator.register_extension("dates", RssFeedDate, RssItemDate, atom=False)
    generator.dates.changed = feed.changed
    generator.updated(OmittedDate.fromtimestamp(0, UTC))
    for entry in feed.items:
        item = _add(generator, entry)
        item.dates.published = entry.published
        item.content(entry.html)
        item.dc.dc_creator(entry.author)  # RSS has room for an author's mail address only
    return _document(generator.rss_str(xml_declaration=False), stylesheet)


def atom(feed: Feed, stylesheet: str) -> str:
    """The feed as Atom (RFC 4287)."""
    generator = _generator(feed, ATOM)
    generator.updated(feed.changed)  # feedgen's default is now, and no two copies of the feed would be alike
    for entry in feed.items:
        item = _add(generator, entry)
        item.published(entry.published)
        item.content(entry.html, type="html")
        item.author(name=entry.author)
    return _document(generator.atom_str(xml_declaration=False), stylesheet)


def _document(body: bytes, stylesheet: str) -> str:
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet type="text/css" href="{escape(stylesheet)}"?>\n'
    return head + body.decode()


def _generator(feed: Feed, kind: str) -> FeedGenerator:
    generator = FeedGenerator()
    generator.load_extension("dc")
    generator.load_extension("media")
    generator.register_extension("in_browser", FeedNotice, ArticleLink)
    generator.in_browser.home = feed.home
    generator.id(feed.id)
    generator.title(feed.title)
    generator.description(feed.description or feed.title)
    generator.language("en")
    generator.author(name=feed.author)
    generator.generator("Carrel")
    if feed.self_url:
        generator.link(href=feed.self_url, rel="self", type=kind)
    generator.link(href=feed.home, rel="alternate", type="text/html")  # last: the last one is RSS's <link>
    return generator


def _add(generator: FeedGenerator, entry: FeedItem) -> FeedEntry:
    item = generator.add_entry(order="append")
    item.id(entry.id)
    item.guid(entry.id, permalink=False)
    item.title(entry.title)
    item.link(href=entry.url, rel="alternate", type="text/html")
    item.summary(entry.summary)
    item.description(entry.summary)
    item.updated(entry.updated)
    for category in entry.categories:
        item.category(term=category)
    if entry.image:
        item.media.thumbnail(url=entry.image.url, group=None)
    item.in_browser.url = entry.url
    return item
