"""What a person sees who opens a feed in a browser: a sentence, and links that can be followed.

A style sheet can arrange the elements of RSS and Atom but cannot make links of them, and browsers no
longer run XSLT. So a few elements of XHTML stand among the others; feed readers pass them over.
"""

from typing import Any

XHTML = "http://www.w3.org/1999/xhtml"
SENTENCE = "This is a feed: copy its address into a feed reader, and new articles come to you."


def add_feed_aid(handler: Any, home: str) -> None:
    """The sentence at the head of the feed, and the way back to the site."""
    handler.startElement("xhtml:p", {})
    handler.characters(f"{SENTENCE} ")
    _add_link(handler, home, "Go to the site")
    handler.endElement("xhtml:p")


def add_entry_aid(handler: Any, url: str) -> None:
    """The link below an article."""
    _add_link(handler, url, "Read this article")


def _add_link(handler: Any, url: str, text: str) -> None:
    handler.addQuickElement("xhtml:a", text, {"href": url})
