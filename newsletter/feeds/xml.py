"""RSS 2.0 and Atom, through feedgen. A property test holds its traps shut: see tests/newsletter/feeds."""

from email.utils import format_datetime
from html import escape

import feedgen.entry
import feedgen.feed
from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from newsletter.feeds.browser_view import ArticleLink, FeedNotice
from newsletter.feeds.feed import Feed, FeedItem

RSS = "application/rss+xml"
ATOM = "application/atom+xml"

# feedgen's own sets the locale of the whole process for each date, which other threads would see.
feedgen.feed.formatRFC2822 = feedgen.entry.formatRFC2822 = format_datetime


def rss(feed: Feed, stylesheet: str) -> str:
    """The feed as RSS 2.0. `stylesheet` is the address of the CSS for people who open it."""
    generator = _generator(feed, RSS)
    for entry in feed.entries:
        item = _add(generator, entry)
        item.content(entry.html)
        item.dc.dc_creator(entry.author)  # RSS has room for an author's mail address only
    return _document(generator.rss_str(xml_declaration=False), stylesheet)


def atom(feed: Feed, stylesheet: str) -> str:
    """The feed as Atom (RFC 4287)."""
    generator = _generator(feed, ATOM)
    for entry in feed.entries:
        item = _add(generator, entry)
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
    generator.register_extension("aid", FeedNotice, ArticleLink)
    generator.aid.home = feed.home
    generator.id(feed.id)
    generator.title(feed.title)
    generator.description(feed.description or feed.title)
    generator.language("en")
    generator.author(name=feed.author)
    generator.generator("Carrel")
    generator.updated(feed.changed)  # else both formats say "now", and no two renderings are alike
    if feed.address:
        generator.link(href=feed.address, rel="self", type=kind)
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
    item.published(entry.published)
    item.updated(entry.updated)
    for category in entry.categories:
        item.category(term=category)
    if entry.image:
        item.media.thumbnail(url=entry.image.url, group=None)
    item.aid.url = entry.url
    return item
