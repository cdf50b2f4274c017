"""RSS 2.0 and Atom, through feedgen. The property test in tests/newsletter/feeds guards its pitfalls."""

import re
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
MARKUP = re.compile(r"<[A-Za-z/!?]|&[#\w]+;")
ATOM = "application/atom+xml"
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


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


class AtomItemLanguage(BaseEntryExtension):  # type: ignore[misc]
    """Says the language of an Atom entry that is not the feed's."""

    language = ""

    def extend_atom(self, entry: Any) -> Any:
        """Add the attribute."""
        if self.language:
            entry.set(XML_LANGUAGE, self.language)
        return entry


def rss(feed: Feed, stylesheet: str) -> str:
    """The feed as RSS 2.0. `stylesheet` is the address of the CSS for people who open it."""
    generator = _generator(feed, RSS)
    generator.register_extension("dates", RssFeedDate, RssItemDate, atom=False)
    generator.dates.changed = feed.changed
    generator.updated(OmittedDate.fromtimestamp(0, UTC))
    for entry in feed.items:
        item = _add(generator, entry)
        item.title(as_html(entry.title))
        item.summary(as_html(entry.summary))
        item.dates.published = entry.published
        item.content(entry.html)
        if entry.language != feed.language:
            item.dc.dc_language(entry.language)
        item.dc.dc_creator(entry.author)  # RSS has room for an author's mail address only
    return _document(generator.rss_str(xml_declaration=False), stylesheet)


def atom(feed: Feed, stylesheet: str) -> str:
    """The feed as Atom (RFC 4287)."""
    generator = _generator(feed, ATOM)
    generator.register_extension("item_language", BaseExtension, AtomItemLanguage, rss=False)
    generator.updated(feed.changed)  # feedgen's default is now, and no two copies of the feed would be alike
    for entry in feed.items:
        item = _add(generator, entry)
        if entry.language != feed.language:
            item.item_language.language = entry.language
        item.published(entry.published)
        item.content(entry.html, type="html")
        item.author(name=entry.author)
    return _document(generator.atom_str(xml_declaration=False), stylesheet)


def as_html(text: str) -> str:
    """A title as readers of RSS take it: most read markup in it, so that `The <table> element` would lose its word.

    Few show what is escaped here as it stands, so only that which looks like markup is.
    """
    return escape(text, quote=False) if MARKUP.search(text) else text


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
    generator.language(feed.language)
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
        image = entry.image
        size = {"width": str(image.width), "height": str(image.height)} if image.width else {}
        item.media.thumbnail(url=image.url, **size, group=None)
    item.in_browser.url = entry.url
    return item
