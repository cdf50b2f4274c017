"""HTML in Markdown that the site does not allow: players become links, programs go, each with a note."""

import re
from functools import partial
from html import escape, unescape

from articles.importing.embeds import page_name, watch_page
from articles.importing.export import Post
from articles.importing.markdown_links import outside_code
from articles.importing.spans import replace_spans

_REST = r"(?P<rest>(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+)>"
_PLAYERS = {
    name: re.compile(rf"<{name}\b{_REST}", re.IGNORECASE) for name in ("iframe", "video", "audio", "object")
}
_PROGRAMS = {
    name: re.compile(rf"<{name}\b{_REST}", re.IGNORECASE) for name in ("script", "style", "noscript", "form")
}
_ADDRESS = re.compile(r"\b(?:src|data)\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)


def allowed_html(text: str, post: Post) -> str:
    """The text with links in place of players, and without programs."""

    def change(part: str) -> str:
        for name, start in _PROGRAMS.items():
            part = replace_spans(start, _end(name), part, partial(_program, name, post))
        for name, start in _PLAYERS.items():
            part = replace_spans(start, _end(name), part, partial(_player, name, post))
        return part

    return outside_code(text, change)


def _end(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}\s*>", re.IGNORECASE)


def _program(name: str, post: Post, _start: re.Match[str], _inside: str) -> str:
    post.note(f"It had <{name}>, which articles cannot have.")
    return ""


def _player(name: str, post: Post, start: re.Match[str], inside: str) -> str:
    address = _ADDRESS.search(start["rest"]) or _ADDRESS.search(inside)
    url = unescape(address[1]) if address else ""
    url = watch_page(f"https:{url}" if url.startswith("//") else url)
    if not url.startswith(("http://", "https://")):
        post.note(f"It had a player <{name}> whose address works nowhere else: {url or 'none'}.")
        return ""
    post.note(f"It had an embedded page, {url}: the article links to it.")
    return f'<a href="{escape(url)}">{escape(page_name(url))}</a>'
