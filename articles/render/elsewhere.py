"""Parts of an article on another page: their links within the article lead there, and they bring no ids."""

import re
from html import unescape

_TAG = re.compile(r'<[a-zA-Z](?:[^>"]|"[^"]*")*>')  # as our own sanitized HTML has it
_INLINE = re.compile(  # no space stands where such a tag does
    r"</?(?:a|abbr|b|bdi|cite|code|del|dfn|em|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|u|var)"
    r'(?=[ >])(?:[^>"]|"[^"]*")*>'
)
_ANY_TAG = re.compile(r'</?[a-zA-Z](?:[^>"]|"[^"]*")*>')
_ID = re.compile(r' id="[^"]*"')
_FRAGMENT = re.compile(r' href="#')


def elsewhere(html: str, url: str) -> str:
    """Sanitized HTML of the article at `url`, as it may stand on any page."""

    def rewrite(tag: re.Match[str]) -> str:
        return _FRAGMENT.sub(lambda _: f' href="{url}#', _ID.sub("", tag[0]))

    return _TAG.sub(rewrite, html) if "<" in html else html


def plain_text(html: str) -> str:
    """The words of sanitized HTML, with single spaces."""
    return " ".join(unescape(_ANY_TAG.sub(" ", _INLINE.sub("", html))).split())
