"""Liquid of Jekyll and shortcodes of Hugo: what they say is written out, what they only program is named and left out."""

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence, Set
from urllib.parse import quote

from articles.importing.export import Post
from articles.importing.holders import end_of, start_of
from articles.importing.markdown_links import outside_code
from articles.importing.spans import replace_spans

FindFile = Callable[[str], str | None]
_HIGHLIGHT = re.compile(r"{%-?\s*highlight\s+([\w+#.-]+)[^%]*+%}\n?")
_END_HIGHLIGHT = re.compile(r"\n?{%-?\s*endhighlight\s*-?%}")
_RAW, _END_RAW = re.compile(r"{%-?\s*raw\s*-?%}"), re.compile(r"{%-?\s*endraw\s*-?%}")
_KEPT = re.compile(r"CARRELKEEP(\d+)END")
_POST_URL = re.compile(r"{%-?\s*post_url\s+([^%\s]+)\s*-?%}")
_LINK_TAG = re.compile(r"{%-?\s*link\s+([^%\s]+)\s*-?%}")
_RELATIVE = re.compile(
    r"{{-?\s*[\"']([^\"'{}]*)[\"']\s*\|\s*(?:relative_url|absolute_url|prepend:\s*site\.(?:base)?url(?:\s*\|[^}]*)?)\s*-?}}"
)
_BASE = re.compile(r"{{-?\s*site\.(?:baseurl|url|github\.url)\s*-?}}")
_COMMENT = re.compile(r"{%-?\s*comment\s*-?%}")
_END_COMMENT = re.compile(r"{%-?\s*endcomment\s*-?%}")
_TAG = re.compile(r"{%-?\s*(\w+)(?:(?!{%|%})[\s\S])*+%}")
_OUTPUT = re.compile(r"{{[^{}]*}}")
_KRAMDOWN_COMMENT, _END_KRAMDOWN_COMMENT = re.compile(r"{::comment}"), re.compile(r"{:/(?:comment)?}")
_KRAMDOWN = re.compile(r"{::[a-z][^{}]*}|{:/[a-z]*}")
_ATTRIBUTES = re.compile(r"(?m)^[ \t]*{:[^}\n]*}[ \t]*\n?|(?<=[)\]*_`>\w]){:[ ]?[.#\w][^}\n]*}")
_CONTENTS = re.compile(
    r"(?m)^[ \t]*(?:[-*+]|\d+\.)[ \t]+(?:TOC|toc|Table of [Cc]ontents).*\n(?=[ \t]*{:\s*toc)"
)

_HUGO_HIGHLIGHT = re.compile(r"{{[<%]\s*highlight\s+[\"']?([\w+#.-]*+)[\"']?[^>%]*+[>%]}}\n?")
_END_HUGO_HIGHLIGHT = re.compile(r"\n?{{[<%]\s*/\s*highlight\s*[>%]}}")
_HUGO_COMMENT, _END_HUGO_COMMENT = re.compile(r"{{[<%]/\*"), re.compile(r"\*/[>%]}}")
_HUGO = re.compile(
    r"{{[<%]\s*(?P<end>/?)\s*(?P<name>[\w./-]+)(?P<rest>(?:[^>%\"'`{]|\"[^\"]*+\"|'[^']*+'|`[^`]*+`|[>%](?!}})|{(?!{))*+)[>%]}}"
)
_HUGO_END = re.compile(r"{{[<%]\s*/\s*([\w./-]+)")
_PAIRS = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|`([^`]*)`|(\S+))")
_WORDS = re.compile(r"\"([^\"]*)\"|'([^']*)'|`([^`]*)`|(\S+)")
_PLAYERS = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "instagram": "https://www.instagram.com/p/{}/",
}


def _fenced(start: re.Match[str], inside: str) -> str:
    return f"```{start[1]}\n{inside}\n```"


def without_liquid(body: str, post: Post, find: FindFile) -> str:
    """Markdown of Jekyll without Liquid and without kramdown's attributes."""
    body = replace_spans(_HIGHLIGHT, _END_HIGHLIGHT, body, _fenced)

    kept: list[str] = []

    def keep(_start: re.Match[str], inside: str) -> str:
        kept.append(inside)
        return f"CARRELKEEP{len(kept) - 1}END"

    def change(text: str) -> str:
        text = replace_spans(_COMMENT, _END_COMMENT, text, _nothing)
        text = replace_spans(_KRAMDOWN_COMMENT, _END_KRAMDOWN_COMMENT, text, _nothing)
        text = _KRAMDOWN.sub("", replace_spans(_RAW, _END_RAW, text, keep))
        text = _END_RAW.sub("", _RAW.sub("", text))
        text = _POST_URL.sub(lambda found: _to_file(found[1].rpartition("/")[2], post, find), text)
        text = _LINK_TAG.sub(lambda found: _to_file(found[1], post, find), text)
        text = _BASE.sub("", _RELATIVE.sub(r"\1", text))
        text = _TAG.sub(
            lambda found: _left_out(post, "Liquid", _inside(found[0]) if "=" in found[0] else found[1]), text
        )
        text = _OUTPUT.sub(lambda found: _left_out(post, "Liquid", found[0].strip("{} ")), text)
        return _ATTRIBUTES.sub("", _CONTENTS.sub("", text))

    return _KEPT.sub(lambda found: kept[int(found[1])], outside_code(body, change))


def _nothing(_start: re.Match[str], _inside: str) -> str:
    return ""


def _inside(tag: str) -> str:
    return " ".join(tag.strip("{%- }").split())


def _to_file(name: str, post: Post, find: FindFile) -> str:
    file = find(name)
    if file is None:
        post.note(f"The link to {name} does not point to a file in the folder.")
        return name
    return quote(posixpath.relpath(file, posixpath.dirname(post.source) or "."), safe="/")


def _left_out(post: Post, language: str, what: str) -> str:
    post.note(f"{language} was left out: {what[:80]}.")
    return ""


def without_hugo(body: str, post: Post, find: FindFile) -> str:
    """Markdown of Hugo without shortcodes."""
    body = replace_spans(_HUGO_HIGHLIGHT, _END_HUGO_HIGHLIGHT, body, _fenced)
    body = outside_code(body, lambda text: replace_spans(_HUGO_COMMENT, _END_HUGO_COMMENT, text, _shown))
    closed = {name.lower() for name in _HUGO_END.findall(body)}
    return outside_code(
        body, lambda text: _HUGO.sub(lambda found: _shortcode(found, post, find, closed), text)
    )


def _shown(start: re.Match[str], inside: str) -> str:
    """What readers are shown as a shortcode."""
    sign = start[0][2]
    return f"`{{{{{sign} {inside.strip()} {'>' if sign == '<' else '%'}}}}}`"


def _shortcode(found: re.Match[str], post: Post, find: FindFile, closed: Set[str]) -> str:
    name, rest = found["name"].lower(), found["rest"].rstrip("/ \n")
    named = {
        pair[1].lower(): next(part for part in pair.groups()[1:] if part is not None)
        for pair in _PAIRS.finditer(rest)
    }
    words = [
        next(part for part in word.groups() if part is not None)
        for word in _WORDS.finditer(_PAIRS.sub("", rest))
    ]
    first = named.get("id") or named.get("src") or (words[0] if words else "")
    if found["end"]:
        return end_of(name) or ""
    if name in {"figure", "img", "image"} and first:
        caption = named.get("caption") or named.get("title") or ""
        alt = named.get("alt") or caption
        title = f' "{caption}"' if caption and '"' not in caption else ""
        return f"![{alt}](<{first}>{title})"
    if name in {"ref", "relref"} and first:
        path, mark, anchor = first.partition("#")
        return (_to_file(path, post, find) if path else "") + mark + anchor
    if address := _page_of(name, first, named, words):
        post.note(f"It had an embedded page, {address}: the article links to it.")
        return f"[{address}]({address})"
    start = start_of(name, named, words) if name in closed else None
    return _unknown(found["name"], rest, post) if start is None else start


def _page_of(name: str, first: str, named: Mapping[str, str], words: Sequence[str]) -> str:
    """The address of what a shortcode embeds, or ""."""
    if (player := _PLAYERS.get(name)) and first:
        return player.format(first)
    if name in {"gist", "tweet", "x"} and (first or named):
        user = named.get("user") or first
        what = words[1] if len(words) > 1 else named.get("id", "")
        return (
            f"https://gist.github.com/{user}/{what}"
            if name == "gist"
            else f"https://x.com/{user}/status/{what}"
        )
    return ""


def _unknown(name: str, rest: str, post: Post) -> str:
    said = f"{name} {' '.join(rest.split())}".strip()[:80] if '"' in rest else name
    post.note(f"The shortcode {said} was left out; its content stays.")
    return ""
