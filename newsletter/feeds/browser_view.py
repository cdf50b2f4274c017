"""What a person sees who opens a feed in a browser: a sentence, and links that can be followed.

A style sheet can arrange the elements of RSS and Atom but cannot make links of them, and browsers no
longer run XSLT. So the feed has a few elements of XHTML, which feed readers ignore.
"""

from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

XHTML = "http://www.w3.org/1999/xhtml"
SENTENCE = "This is a feed. Copy its address into a feed reader to get new articles."


class FeedNotice(BaseExtension):  # type: ignore[misc]  # feedgen is untyped
    """The sentence at the head of the feed, with a link to the site."""

    home = ""

    def extend_ns(self) -> dict[str, str]:
        """The namespace prefix of XHTML."""
        return {"xhtml": XHTML}

    def extend_atom(self, feed: Any) -> Any:
        """Add the sentence to an Atom feed."""
        self._add(feed)
        return feed

    def extend_rss(self, feed: Any) -> Any:
        """Add the sentence to an RSS channel."""
        self._add(feed[0])
        return feed

    def _add(self, parent: Any) -> None:
        paragraph = etree.SubElement(parent, f"{{{XHTML}}}p")
        paragraph.text = f"{SENTENCE} "
        _link(paragraph, self.home, "Go to the site")


class ArticleLink(BaseEntryExtension):  # type: ignore[misc]
    """The link below an article."""

    url = ""

    def extend_atom(self, entry: Any) -> Any:
        """Add the link."""
        _link(entry, self.url, "Read this article")
        return entry

    extend_rss = extend_atom


def _link(parent: Any, url: str, text: str) -> None:
    link = etree.SubElement(parent, f"{{{XHTML}}}a", href=url)
    link.text = text
